"""One attack, and the four things that its row proves: the status, one line in the log, nothing kept, nobody called."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.attacks.fortress import SECRET_WORDS, Fortress
from tests.attacks.table import Attack

OURS = "CONNECT smba.trafficmanager.net:443 HTTP/1.1"  # the one address that may be called
SPOKEN_BY = {"bot.endpoints", "bot.invokes", "bot.file_offers", "aiohttp.server"}
PRIVATE = ("Aisha", SECRET_WORDS, "29:aisha", "a:attack", "eyJ", "outbound-token", "evil.example")


async def strike(fortress: Fortress, attack: Attack) -> list[str]:
    """Everything that is wrong with how it ended; nothing, when it stayed outside."""
    before, touched = await fortress.kept(), len(fortress.wire.touched)
    with _listening() as records:
        status = await fortress.knock(
            token=attack.token(fortress), body=attack.body(fortress), method=attack.method, headers=attack.headers
        )
    lines, wrong = heard(records)
    if status != attack.status:
        wrong.append(f"answered {status} and not {attack.status}")
    if len(lines) != 1:
        wrong.append(f"{len(lines)} lines in the log: {lines}")
    if await fortress.kept() != before:
        wrong.append("something of it is kept")
    wrong += [f"called: {line}" for line in fortress.wire.touched[touched:] if line != OURS]
    return wrong


def heard(records: Sequence[logging.LogRecord]) -> tuple[list[str], list[str]]:
    """The lines about requests, and what no line may be: of the sender's, a stack, or broken in two."""
    wrong = []
    for record in records:
        text = record.getMessage()
        wrong += [f"{private!r} stands in the log: {text}" for private in PRIVATE if private in text]
        if record.exc_info:
            wrong.append(f"a stack in the log: {text}")
    lines = [record.getMessage() for record in records if record.name in SPOKEN_BY]
    wrong += [f"two lines in one: {line!r}" for line in lines if "\n" in line]
    return lines, wrong


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.kept: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.kept.append(record)


@contextmanager
def _listening() -> Iterator[list[logging.LogRecord]]:
    root, handler = logging.getLogger(), _Records()
    usual = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield handler.kept
    finally:
        root.setLevel(usual)
        root.removeHandler(handler)
