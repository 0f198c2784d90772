"""Where the helpdesk and people are reached, who is on call, and how much was said to whom."""

from provisioning.store.migrations import run_sql

revision = "0019"
down_revision = "0008"


def upgrade() -> None:
    run_sql("0019_people.sql")
