"""Crowds: lists of people who are provisioned in one app, and how each of them fared."""

from provisioning.store.migrations import run_sql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    run_sql("0014_crowds.sql")
