"""Everybody of a crowd, one line each: pages of a card, and CSV for whoever wants to calculate with it."""

import csv
import io
from collections.abc import Sequence

from cards._kit import Block, Card, execute, make, safe, text, title, undo_markdown
from cards.crowd_words import SIGNS, reason_words, state_words
from cards.words import _
from provisioning.crowds import Crowd, Member

A_PAGE = 25  # people
A_CSV_PAGE = 100
HEAD = ("number", "name", "address", "object_id", "state", "reason", "detail", "explanation", "called")
_ACTS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for a formula


def people_card(crowd: Crowd, members: Sequence[Member], page: int, pages: int) -> Card:
    """One page of the list."""
    said = _head(crowd, page, pages)
    lines = [_line(one, n) for n, one in enumerate(members)]
    return make([title(said), *lines], summary=said, actions=_pages(crowd, "crowd_people", page, pages))


def csv_card(crowd: Crowd, members: Sequence[Member], page: int, pages: int, *, file: str = "") -> Card:
    """The same as CSV to be copied; the first line of the first page names the columns.

    ``file``: what the button *As a file* is used up by; "": there is none.
    """
    said = _head(crowd, page, pages)
    how = _("Mark it and copy it; or, on the desk's server: sync-desk crowd {number} --csv").format(number=crowd.number)
    written = csv_text(members, head=page == 1).split("\r\n")
    lines = "\n\n".join(safe(line, longest=500) for line in written if line)  # Markdown wants an empty line between
    block = text(lines, fontType="Monospace", size="Small")
    actions = _pages(crowd, "crowd_csv", page, pages)
    if file:
        actions.append(execute(_("As a file"), "crowd_file", {"id": str(crowd.number), "once": file}))
    return make([title(said), text(how, subtle=True), block], summary=said, actions=actions)


def csv_file(members: Sequence[Member]) -> bytes:
    """All of them as a file; its first three bytes tell Excel that it is UTF-8."""
    return csv_text(members).encode("utf-8-sig")


def csv_text(members: Sequence[Member], *, head: bool = True) -> str:
    """CSV after RFC 4180, in plain words."""
    out = io.StringIO()
    writer = csv.writer(out)
    if head:
        writer.writerow(HEAD)
    for one in members:
        called = one.called_at.isoformat() if one.called_at else ""
        said = undo_markdown(reason_words(one.why, one.fact, one.told)) if one.why else ""
        cells = (one.name, one.upn, one.person_id, one.state.value, one.why, one.fact, said, called)
        writer.writerow([one.place, *(_harmless(cell) for cell in cells)])
    return out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_ACTS) else cell


def _head(crowd: Crowd, page: int, pages: int) -> str:
    app = safe(crowd.app.name) if crowd.app else ""
    return _("{crowd}, {app}: page {page} of {pages}").format(crowd=crowd.name, app=app, page=page, pages=pages)


def _line(one: Member, n: int) -> Block:
    words = f"{SIGNS[one.state]} **{safe(one.name)}** ({safe(one.upn)}): {state_words(one.state)}."
    if one.why:
        words += " " + reason_words(one.why, one.fact, one.told)
    return text(words, spacing="Small" if n else "Default")


def _pages(crowd: Crowd, verb: str, page: int, pages: int) -> list[Block]:
    """Each page has a verb's button only where there is one to go to."""
    number = str(crowd.number)
    buttons = []
    if page > 1:
        buttons.append(execute(_("Page before"), verb, {"id": number, "page": page - 1}))
    if page < pages:
        buttons.append(execute(_("Next page"), verb, {"id": number, "page": page + 1}))
    return buttons
