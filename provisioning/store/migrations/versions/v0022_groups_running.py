"""The runs of groups that are under way, by their app."""

from provisioning.store.migrations import run_sql

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    run_sql("0022_groups_running.sql")
