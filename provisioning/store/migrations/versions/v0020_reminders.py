"""When somebody is to be reminded of a ticket."""

from provisioning.store.migrations import run_sql

revision = "0020"
down_revision = "0015"


def upgrade() -> None:
    run_sql("0020_reminders.sql")
