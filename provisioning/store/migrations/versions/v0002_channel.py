"""The channel's tables: conversations, inbox, outbox, places, and where the helpdesk sits."""

from provisioning.store.migrations import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_sql("0002_channel.sql")
