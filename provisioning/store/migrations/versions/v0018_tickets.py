"""What tickets are searched by: people, apps, causes, owners, repetitions."""

from provisioning.store.migrations import run_sql

revision = "0018"
down_revision = "0010"


def upgrade() -> None:
    run_sql("0018_tickets.sql")
