"""What seals the buttons, and messages that were edited."""

from provisioning.store.migrations import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_sql("0005_seals_and_edits.sql")
