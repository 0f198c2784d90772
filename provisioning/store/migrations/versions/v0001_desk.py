"""Cases, tickets, audit lines, and the tables of the work queue."""

from provisioning.store.migrations import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    run_sql("0001_procrastinate.sql", "0001_desk.sql")
