"""Where the helpdesk and people are reached, who is on call, and how much was said to whom."""

from provisioning.store.migrations import run_sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    run_sql("0013_people.sql")
