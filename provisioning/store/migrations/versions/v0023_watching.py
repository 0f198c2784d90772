"""Watching apps without end: what is known, what was news, who is owed it."""

from provisioning.store.migrations import run_sql

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    run_sql("0023_watching.sql")
