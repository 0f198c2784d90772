"""Tickets know the message or the form that opened them."""

from provisioning.store.migrations import run_sql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_sql("0003_tickets_once.sql")
