"""What tickets are searched by: people, apps, causes, owners, repetitions."""

from provisioning.store.migrations import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run_sql("0009_tickets.sql")
