"""Notices to deliver: a ticket that is opened, taken, talked about and closed."""

from dataclasses import replace
from datetime import UTC, datetime

from provisioning.handover import Notice, Standing

OPENED = Notice(
    source="sd1a2b",
    ticket="SD-1001",
    step=0,
    what="opened",
    at=datetime(2026, 3, 2, 9, 10, tzinfo=UTC),
    subject="José Martín cannot get into AskCody",
    text="Aisha Khan asks for help.",
    description="“why can't José get into AskCody?”\n\nThe mail address is empty.",
    standing=Standing.OPEN,
    severity="normal",
    requester="Aisha Khan",
    address="aisha@fabrikam.example",
)
TAKEN = replace(OPENED, step=1, what="taken", text="Kim Lee takes it.", standing=Standing.TAKEN)
NOTED = replace(OPENED, step=2, what="noted", text="I am writing to HR – ö.", standing=None)
INTERNAL = replace(NOTED, step=3, text="HR is slow.", public=False)
CLOSED = replace(OPENED, step=4, what="closed", text="Kim Lee closed it: solved.", standing=Standing.CLOSED)
STORY = (OPENED, TAKEN, NOTED, INTERNAL, CLOSED)
