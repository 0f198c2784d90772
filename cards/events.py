"""Rows of the provisioning log, error texts and written attributes in words; for agents."""

from collections.abc import Sequence
from datetime import datetime

from cards._kit import Block, facts, safe
from cards.steps import verdict_words
from cards.times import instant_and_age
from cards.words import _, ngettext
from provisioning.model import Change, ForeignError, LogEvent

MOST_CHANGES = 12


def event_words(event: LogEvent, as_of: datetime) -> str:
    """What a log row says, and when: "Create: ✗ failed (code), … (12 minutes ago)"."""
    return _("{action}: {verdict}, {when}").format(
        action=action_words(event.action), verdict=_verdict(event), when=instant_and_age(event.at, as_of)
    )


def action_words(action: str) -> str:
    """The log's action word; one that Graph invents later stays as it came."""
    words = {
        "create": _("Create"),
        "update": _("Update"),
        "disable": _("Disable"),
        "delete": _("Delete"),
        "other": _("Other action"),
    }
    return words.get(action.lower(), safe(action))


def error_words(error: ForeignError | None) -> str:
    """The other side's own words, shortest first: detail, whole text, code. "" without an error."""
    if error is None:
        return ""
    told = error.detail or error.text or error.code
    return safe(told) if told else ""


def change_block(changes: Sequence[Change]) -> Block:
    """What was written, old → new, one attribute a line."""
    pairs = [
        (safe(change.attribute, longest=80), _("{old} → {new}").format(old=_value(change.old), new=_value(change.new)))
        for change in changes[:MOST_CHANGES]
    ]
    more = len(changes) - MOST_CHANGES
    if more > 0:
        pairs.append(("…", ngettext("{n} more", "{n} more", more).format(n=more)))
    return facts(pairs)


def _verdict(event: LogEvent) -> str:
    words = verdict_words(event.verdict)
    why = (event.error.code if event.error else None) or event.skip_reason
    return f"{words} ({safe(why)})" if why else words


def _value(value: str | None) -> str:
    return safe(value, longest=80) if value else _("(empty)")
