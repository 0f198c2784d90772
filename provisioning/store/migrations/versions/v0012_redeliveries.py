"""The same message under another id, the channel's third limit, and one order of locks."""

from provisioning.store.migrations import run_sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    run_sql("0012_redeliveries.sql")
