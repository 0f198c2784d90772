"""What was not drawn anew is not compared."""

from provisioning.store.migrations import run_sql

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    run_sql("0025_sent.sql")
