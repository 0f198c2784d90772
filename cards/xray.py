"""The mapping x-ray: what each attribute of the app would become for this person, the empty ones first. For agents."""

from collections.abc import Sequence

from cards._kit import Block, facts, heading, safe, text
from cards.words import _, ngettext
from provisioning.beside import Outlook, Projected

MOST = 25  # attributes; jobs map some twenty


def xray_blocks(projection: Sequence[Projected]) -> list[Block]:
    """One attribute a line; nothing where the mappings could not be read."""
    if not projection:
        return []
    pairs = [(safe(_name(one), longest=80), _line(one)) for one in projection[:MOST]]
    more = len(projection) - MOST
    if more > 0:
        pairs.append(("…", ngettext("{n} more", "{n} more", more).format(n=more)))
    note = _("By today's mappings and directory; nothing was sent. The app may still change or refuse a value.")
    return [heading(_("What the mappings would send")), facts(pairs), text(note, subtle=True, small=True)]


def _name(one: Projected) -> str:
    """The last part of an extension's long name; the rest as the app calls it."""
    return one.target.rpartition(":")[2] if one.target.startswith("urn:") else one.target


def _line(one: Projected) -> str:
    value = _value(one)
    source = _source(one)
    marks = [_("required")] if one.required else []
    marks += [_("used to find the account")] if one.matching else []
    marks += [_("worked out by Microsoft")] if one.by_microsoft else []
    line = _("{value} ← {source}").format(value=value, source=source) if source else value
    return _("{line} ({marks})").format(line=line, marks=", ".join(marks)) if marks else line


def _value(one: Projected) -> str:
    words = {
        Outlook.EMPTY: _("(empty)"),
        Outlook.NOT_EVALUATED: _("not evaluated"),
    }
    if one.outlook in words:
        return words[one.outlook]
    value = safe(one.value or "", longest=80)
    return _("{value} (default, for a new account)").format(value=value) if one.outlook is Outlook.DEFAULT else value


def _source(one: Projected) -> str:
    """Where it comes from: the attribute's name, or the whole expression."""
    words = (one.expression or "").strip()
    plain = len(one.sources) == 1 and words.strip("[] ") in ("", one.sources[0])
    return safe(one.sources[0] if plain else words, longest=120)
