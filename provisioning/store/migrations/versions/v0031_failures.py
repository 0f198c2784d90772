"""Who fails in an app and why, boiled down from its log."""

from provisioning.store.migrations import run_sql

revision = "0031"
down_revision = "0020"


def upgrade() -> None:
    run_sql("0031_failures.sql")
