"""The course of jobs, orders about them, and the schemas that undo needs."""

from provisioning.store.migrations import run_sql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run_sql("0011_jobs.sql")
