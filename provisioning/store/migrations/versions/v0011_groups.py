"""Runs of whole groups."""

from provisioning.store.migrations import run_sql

revision = "0011"
down_revision = "0031"


def upgrade() -> None:
    run_sql("0011_groups.sql")
