"""Watches: who wants to be told what, where, and until when."""

from provisioning.store.migrations import run_sql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    run_sql("0017_watches.sql")
