"""What was refused or may not have arrived. An operator looks into the chat, and sends it again or lets it be.

The desk itself never repeats such a message, because people could read it twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from bot.patience import RedrawLater
from bot.sql import statements
from provisioning.errors import NotThereError, RefusedError
from provisioning.store.database import Connection, Pool

_SQL = statements("unsent")
_SHOWN = 80  # characters of what it says


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """One message. ``state``: ambiguous (it may have been shown) or failed; ``closed``: nothing can be said there."""

    id: int
    state: str
    method: str  # post, put (an edit) or delete
    conversation: str
    kind: str
    person: str | None  # Entra object id of whose chat it is, or of who asked there; None: nobody's in particular
    closed: bool
    about: str | None
    created: datetime
    called: datetime | None
    attempts: int
    why: str | None
    says: str  # its beginning; "" when the words were dropped by now

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {
            "created": self.created.isoformat(),
            "called": self.called.isoformat() if self.called else None,
        }


async def listed(pool: Pool) -> Sequence[Unsent]:
    """All of them, oldest first."""
    async with pool.connection() as connection:
        cursor = connection.cursor(row_factory=dict_row)
        await cursor.execute(_SQL["list"])
        return [_unsent(row) for row in await cursor.fetchall()]


async def resend(pool: Pool, number: int, *, redraw_later: RedrawLater) -> Unsent:
    """Put one in line again; a running desk sends it within seconds, a card as it stands now.

    NotThereError when none has the number; RefusedError when it cannot or should not be sent.
    """
    async with pool.connection() as connection, connection.transaction():
        found = await _one(connection, number)
        if found.method != "post":
            raise RefusedError(
                f"Message {number} is an edit, and an older card must not cover a newer one: drop it; "
                "Refresh draws the card as it stands."
            )
        if found.closed:
            raise RefusedError(f"Message {number} cannot be sent: the conversation is closed to the bot ({found.why}).")
        if not found.says:
            raise RefusedError(f"Message {number} is over a week old and its words are gone: drop it.")
        await connection.execute(_SQL["resend"], {"id": number})
        if found.about:  # it goes out as it stands now; and who waits for a ticket's arrival looks again
            await redraw_later(connection, found.about)
    return found


async def drop(pool: Pool, number: int) -> Unsent:
    """Let one be: it is not sent, and nothing reminds of it any more. NotThereError when none has the number."""
    async with pool.connection() as connection, connection.transaction():
        found = await _one(connection, number)
        await connection.execute(_SQL["drop"], {"id": number})
    return found


def drawn(found: Sequence[Unsent]) -> str:
    """A few lines for each."""
    return "\n".join(_drawn(each) for each in found) or "Every message arrived."


def _drawn(each: Unsent) -> str:
    when = f"{each.called or each.created:%Y-%m-%d %H:%M:%S %Z}"
    what = {"post": "message", "put": "edit", "delete": "deletion"}[each.method]
    place = f"{each.kind} {each.conversation}" + (f", with {each.person}" if each.person else "")
    place += " (closed to the bot)" if each.closed else ""
    words = f"“{each.says}”" if each.says else "(its words are gone)"
    return f"{each.id}  {each.state}  {what} of {when} in {place}\n    {words}\n    {each.why or ''}".rstrip()


async def _one(connection: Connection, number: int) -> Unsent:
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(_SQL["one"], {"id": number})
    row = await cursor.fetchone()
    if row is None:
        raise NotThereError(f"No message with the number {number} is ambiguous or failed.")
    return _unsent(row)


def _unsent(row: Mapping[str, Any]) -> Unsent:
    return Unsent(**{name: part for name, part in row.items() if name != "body"}, says=_says(row["body"]))


def _says(body: Mapping[str, Any]) -> str:
    cards = [part.get("content") or {} for part in body.get("attachments") or ()]
    words = body.get("text") or next((card.get("fallbackText") or "a card" for card in cards), "")
    line = " ".join(str(words).split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
