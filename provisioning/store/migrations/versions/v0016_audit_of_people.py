"""Cases by person."""

from provisioning.store.migrations import run_sql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    run_sql("0016_audit_of_people.sql")
