"""Tickets about several people that wait for them to arrive."""

from provisioning.store.migrations import run_sql

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    run_sql("0029_awaited.sql")
