"""The course of jobs, orders about them, and the schemas that undo needs."""

from provisioning.store.migrations import run_sql

revision = "0030"
down_revision = "0022"


def upgrade() -> None:
    run_sql("0030_jobs.sql")
