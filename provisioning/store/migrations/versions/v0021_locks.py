"""A lock on a conversation holds up nobody who only adds to it."""

from provisioning.store.migrations import run_sql

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    run_sql("0021_locks.sql")
