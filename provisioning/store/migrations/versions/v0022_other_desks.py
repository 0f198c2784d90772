"""Tickets in other desks."""

from provisioning.store.migrations import run_sql

revision = "0022"
down_revision = "0018"


def upgrade() -> None:
    run_sql("0022_other_desks.sql")
