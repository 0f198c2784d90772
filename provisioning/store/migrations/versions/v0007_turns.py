"""What a turn asks of the database, one function for each time that it asks."""

from provisioning.store.migrations import run_sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run_sql("0007_turns.sql")
