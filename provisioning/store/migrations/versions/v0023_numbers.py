"""What the helpdesk's numbers are made of."""

from provisioning.store.migrations import run_sql

revision = "0023"
down_revision = "0014"


def upgrade() -> None:
    run_sql("0023_numbers.sql")
