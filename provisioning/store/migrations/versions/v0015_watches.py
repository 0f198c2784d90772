"""Watches: who wants to be told what, where, and until when."""

from provisioning.store.migrations import run_sql

revision = "0015"
down_revision = "0026"


def upgrade() -> None:
    run_sql("0015_watches.sql")
