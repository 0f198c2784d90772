"""What two processes have died over is tried alone."""

from provisioning.store.migrations import run_sql

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    run_sql("0027_suspects.sql")
