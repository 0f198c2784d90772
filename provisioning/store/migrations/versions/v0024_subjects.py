"""What a ticket is open about, where that is more than one person in one app."""

from provisioning.store.migrations import run_sql

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    run_sql("0024_subjects.sql")
