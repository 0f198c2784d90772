"""What was done to somebody's account and by whom: by this desk, by people and programs in the directory, by cycles.

For agents. Nothing here says that something did not happen: the logs are kept for a while only.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from cards._kit import Block, Card, cut, heading, listing, make, safe, text, title
from cards.events import action_words
from cards.steps import verdict_words
from cards.times import instant_and_age
from cards.words import _, ngettext
from provisioning.attempts import LogEvent
from provisioning.changes import DirectoryChange
from provisioning.model import App, Person
from provisioning.ports import AuditLine

T = TypeVar("T")
MOST = 12  # lines in each part
_MOST_CHANGES = 4
_DONE = {
    "asked": lambda: _("asked about it"),
    "looked again": lambda: _("looked again"),
    "promised": lambda: _("pressed Provision now"),
    "looked for": lambda: _("no answer came; it is looked for in the log"),
    "calling": lambda: _("Microsoft was asked to provision"),
    "answered": lambda: _("Microsoft answered"),
    "checking": lambda: _("waited for the log"),
    "done": lambda: _("provisioned, verified"),
    "not done": lambda: _("not provisioned"),
    "refused": lambda: _("a last check said no"),
    "uncertain": lambda: _("the outcome stayed uncertain"),
    "not checked": lambda: _("the outcome was not found in the log"),
    "put back": lambda: _("put back to wait"),
    "provisioning denied": lambda: _("was not allowed to provision"),
    "handed over": lambda: _("handed over to the helpdesk"),
}


def audit_card(
    person: Person,
    app: App | None,
    as_of: datetime,
    *,
    desk: Sequence[AuditLine],
    directory: Sequence[DirectoryChange] | str,
    cycles: Sequence[LogEvent] | str,
    names: Mapping[str, str],
) -> Card:
    """Newest first. A part that is a text could not be read, and says why. ``names``: apps by id."""
    who = safe(person.name or person.upn)
    said = _("What was done for {name}").format(name=who)
    if app:
        said = _("What was done for {name} in {app}").format(name=who, app=safe(app.name))
    body: list[Block] = [title(said)]
    body += _part(_("By this desk"), [_own(line, as_of, names) for line in desk])
    body += _part(_("In the directory"), _lines(directory, lambda one: _changed(one, as_of)))
    if app:
        body += _part(_("By provisioning"), _lines(cycles, lambda one: _ran(one, as_of)))
    else:
        body.append(text(_("Name an app as well to see what provisioning did there."), subtle=True, small=True))
    kept = _("Microsoft keeps its logs for 30 days (7 without a premium licence); what is older is not shown.")
    body.append(text(kept, subtle=True, small=True, separator=True))
    return make(body, summary=said)


def _lines(part: Sequence[T] | str, line: Callable[[T], str]) -> Sequence[str] | str:
    return part if isinstance(part, str) else [line(one) for one in part]


def _part(name: str, lines: Sequence[str] | str) -> list[Block]:
    if isinstance(lines, str):
        return [heading(name), text(_("I could not read this: {why}").format(why=safe(lines)))]
    if not lines:
        return [heading(name), text(_("Nothing found."))]
    more = len(lines) - MOST
    shown = listing(lines[:MOST])
    if more > 0:
        shown.append(text(ngettext("{n} more", "{n} more", more).format(n=more), subtle=True))
    return [heading(name), *shown]


def _own(line: AuditLine, as_of: datetime, names: Mapping[str, str]) -> str:
    what = _DONE[line.what]() if line.what in _DONE else safe(line.what)
    kind, _colon, number = line.about.partition(":")
    if kind == "ticket":
        what = _("ticket {ticket}: {what}").format(ticket=f"SD-{safe(number)}", what=what)
    by = safe(line.by_upn) if line.by_upn else _("the desk")
    app = names.get(line.facts.get("app", ""))
    place = _("{what} in {app}").format(what=what, app=safe(app)) if app else what
    return _("{when}: {by}: {what}").format(when=instant_and_age(min(line.at, as_of), as_of), by=by, what=place)


def _changed(one: DirectoryChange, as_of: datetime) -> str:
    what = safe(one.activity)
    if one.touched:
        what = _("{what} ({touched})").format(what=what, touched=safe(", ".join(one.touched)))
    if not one.succeeded:
        what = _("{what}, which failed").format(what=what)
    if written := _written(one):
        what = _("{what}: {changes}").format(what=what, changes=written)
    by = safe(one.by) if one.by else _("not said by whom")
    return _("{when}: {by}: {what}").format(when=instant_and_age(one.at, as_of), by=by, what=what)


def _written(one: DirectoryChange) -> str:
    pairs = [
        _("{name} {old} → {new}").format(name=safe(each.attribute), old=_value(each.old), new=_value(each.new))
        for each in one.changes[:_MOST_CHANGES]
    ]
    return ", ".join([*pairs, "…"] if len(one.changes) > _MOST_CHANGES else pairs)


def _value(value: str | None) -> str:
    return safe(cut(value, 60)) if value else _("(empty)")


def _ran(one: LogEvent, as_of: datetime) -> str:
    by = safe(one.initiated_by) if one.initiated_by else _("not said by whom")
    what = _("{action}: {verdict}").format(action=action_words(one.action), verdict=verdict_words(one.verdict))
    return _("{when}: {by}: {what}").format(when=instant_and_age(min(one.at, as_of), as_of), by=by, what=what)
