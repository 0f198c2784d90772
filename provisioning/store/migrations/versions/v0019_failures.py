"""Who fails in an app and why, boiled down from its log."""

from provisioning.store.migrations import run_sql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    run_sql("0019_failures.sql")
