"""Who is met where is noted with the message."""

from provisioning.store.migrations import run_sql

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    run_sql("0028_met.sql")
