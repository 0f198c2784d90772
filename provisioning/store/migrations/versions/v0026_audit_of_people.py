"""Cases by person."""

from provisioning.store.migrations import run_sql

revision = "0026"
down_revision = "0023"


def upgrade() -> None:
    run_sql("0026_audit_of_people.sql")
