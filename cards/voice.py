"""Whom a card speaks to."""

from enum import StrEnum


class Voice(StrEnum):
    """The same facts, told twice.

    ``PERSON`` is kind: what happens, who acts, when; no codes, no ids, no filter values, nobody else's name.
    ``AGENT`` is exact: codes, steps, times, ids.
    """

    PERSON = "person"
    AGENT = "agent"
