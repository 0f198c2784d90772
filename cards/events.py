"""Rows of the provisioning log, error texts and written attributes in words; for agents."""

import re
from collections.abc import Sequence
from datetime import datetime

from cards._kit import Block, facts, safe
from cards.steps import verdict_words
from cards.times import distance, instant
from cards.words import _, ngettext
from provisioning.attempts import Change, ForeignError, LogEvent
from provisioning.messages.errors import without_addresses

MOST_CHANGES = 12
_REFERENCE = re.compile(r'\{"value": ?"([^"]*)"\}')  # a manager is written as a reference


def event_words(event: LogEvent, as_of: datetime) -> str:
    """What a log row says, and when: "Create: ✗ failed (code), … (12 minutes ago)"."""
    return _("{action}: {verdict}, {when}").format(
        action=action_words(event.action), verdict=_verdict(event), when=_when(event.at, as_of)
    )


def _when(at: datetime, as_of: datetime) -> str:
    """A row that is a moment newer than Graph's clock, which counts whole seconds, still lies in the past."""
    return _("{instant} ({age})").format(instant=instant(at), age=distance(min(at, as_of), as_of))


def action_words(action: str) -> str:
    """The log's action word; one that Graph invents later stays as it came."""
    words = {
        "create": _("Create"),
        "update": _("Update"),
        "disable": _("Disable"),
        "delete": _("Delete"),
        "stageddelete": _("Removal held back"),
        "other": _("Other action"),
    }
    return words.get(action.lower(), safe(action))


def error_words(error: ForeignError | None) -> str:
    """The other side's own words, shortest first: detail, whole text, code. "" without an error."""
    if error is None:
        return ""
    told = error.detail or without_addresses(error.text) or error.code
    return safe(told) if told else ""


def change_block(changes: Sequence[Change]) -> Block:
    """What was written, old → new, one attribute a line."""
    pairs = [
        (
            safe(_short(change.attribute), longest=80),
            _("{old} → {new}").format(old=_value(change.old), new=_value(change.new)),
        )
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


def _short(attribute: str) -> str:
    """The last part of an extension's long name: urn:ietf:params:scim:…:User:department → department."""
    return attribute.rpartition(":")[2] if attribute.startswith("urn:") else attribute


def _value(value: str | None) -> str:
    if not value:
        return _("(empty)")
    reference = _REFERENCE.fullmatch(value)
    return safe(reference[1] if reference else value, longest=80)
