"""Files that people may have put into their own OneDrive."""

from provisioning.store.migrations import run_sql

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    run_sql("0030_file_offers.sql")
