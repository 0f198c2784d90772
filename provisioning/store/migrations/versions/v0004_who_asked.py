"""The outbox knows whose question each message answers."""

from provisioning.store.migrations import run_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_sql("0004_who_asked.sql")
