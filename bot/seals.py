"""Seals on the buttons that change something: only a button that this desk drew, and not long ago, does anything.

A seal is put on where a card leaves us, and looked at when a click comes in; in between a card is as it was drawn, so
that equal drawings stay equal. It vouches for the verb, for what the button is about and for the moment until which
it counts. That a button acts once is not the seal's work: the version, step or key that it vouches for is used up in
the transaction of what it does.
"""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dialogs.clicks import CHANGING
from dialogs.talk import Seal
from provisioning.store.database import Pool

FIELD = "seal"
# What a button carries and no input of a card fills in.
VOUCHED_FOR = ("case", "version", "ticket", "step", "once", "id", "anyway", "told")
DAY = 24 * 3600
# s; by tomorrow the evidence that the card shows is old
LASTS = {"provision": DAY, "crowd_start": DAY, "crowd_file": DAY, "file_offer": DAY}
LASTS_ELSE = 30 * DAY
_AHEAD = 32  # cards that are sealed and not sent yet; what was not sent after all goes the first
_WRITER = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))


class Seals:
    """One database's seals. Its key lies there too: who can read it can write the cases themselves."""

    def __init__(self, pool: Pool, *, clock: Callable[[], float] = time.time) -> None:
        self._pool = pool
        self._clock = clock
        self._key: bytes | None = None
        self._ahead: dict[int, tuple[Mapping[str, Any], dict[str, Any]]] = {}  # by what was sealed, and that itself

    async def ready(self) -> None:
        """Have the key; read once in a process's life."""
        if self._key is None:
            async with self._pool.connection() as connection:
                found = await connection.execute("SELECT key FROM seal")
                row = await found.fetchone()
                if row is None:
                    await connection.execute(_NEW_KEY)
                    row = await (await connection.execute("SELECT key FROM seal")).fetchone()
            assert row is not None
            self._key = bytes(row[0])

    @property
    def known(self) -> bool:
        """Whether ``ready`` has nothing to do."""
        return self._key is not None

    def put_on_ahead(self, part: Mapping[str, Any]) -> None:
        """Seal this very object while there is nothing else to do: it will be asked for in a moment."""
        while len(self._ahead) >= _AHEAD:
            del self._ahead[next(iter(self._ahead))]
        self._ahead[id(part)] = part, self.put_on(part)

    def put_on(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """A card, or a message with its cards, whose buttons count from now on. ``ready`` comes first."""
        before, done = self._ahead.pop(id(part), (None, {}))
        if before is part:
            return done
        now, key = int(self._clock()), self._ready_key()
        sealed = _each_button(dict(part), lambda verb, data: {**data, FIELD: _seal(key, verb, data, now + lasts(verb))})
        assert isinstance(sealed, dict)
        return sealed

    def sealed(self, verb: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """What a button of no card of ours carries. ``ready`` comes first."""
        return {**data, FIELD: _seal(self._ready_key(), verb, data, int(self._clock()) + lasts(verb))}

    def look(self, verb: str, data: Mapping[str, Any]) -> Seal:
        """What the seal of a click is worth. ``ready`` comes first."""
        worn = data.get(FIELD)
        if not isinstance(worn, str) or not worn:
            return Seal.MISSING
        until, _, _ = worn.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) < 16):
            return Seal.FORGED
        ours = _seal(self._ready_key(), verb, data, int(until))
        if not hmac.compare_digest(worn.encode("utf-8", "replace"), ours.encode()):
            return Seal.FORGED
        return Seal.GOOD if self._clock() < int(until) else Seal.EXPIRED

    def _ready_key(self) -> bytes:
        assert self._key is not None, "ready() comes first"
        return self._key


# gen_random_uuid draws from the system's strong randomness: 122 bits each.
_NEW_KEY = """
INSERT INTO seal (key)
VALUES (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')))
ON CONFLICT DO NOTHING
"""


def lasts(verb: str) -> int:
    """Seconds for which a button counts after its card was sent."""
    return LASTS.get(verb, LASTS_ELSE)


def _seal(key: bytes, verb: str, data: Mapping[str, Any], until: int) -> str:
    # As texts: a client may give a number back as a text.
    vouched = [[name, str(data[name])] for name in VOUCHED_FOR if name in data]
    words = _WRITER.encode(["sync-desk button 1", verb, until, vouched])
    signed = hmac.digest(key, words.encode(), "sha256")[:18]  # 144 bits are beyond guessing
    return f"{until}.{urlsafe_b64encode(signed).decode()}"


def _each_button(part: Any, change: Callable[[str, Mapping[str, Any]], dict[str, Any]]) -> Any:
    """The same structure, in which each button that changes something carries other data; what holds none is shared."""
    if isinstance(part, dict):
        if part.get("type") == "Action.Execute" and (verb := part.get("verb")) in CHANGING:
            return {**part, "data": change(str(verb), part.get("data") or {})}
        inside: Iterable[tuple[Any, Any]] = part.items()
    else:
        inside = enumerate(part)
    others = {
        name: other
        for name, one in inside
        if isinstance(one, dict | list) and (other := _each_button(one, change)) is not one
    }
    if not others:
        return part
    if isinstance(part, dict):
        return {**part, **others}
    return [others.get(place, one) for place, one in enumerate(part)]
