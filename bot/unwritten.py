"""What became of letters, as this process knows it and the database does not: kept until it takes it.

Without the database nothing more is claimed, so these are no more than the letters that were under way when it left,
one in a conversation. Whoever dies with them leaves them in doubt.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence

from bot.outbox import Errand

Note = Callable[[], Awaitable[None]]  # writes it down; raises what the database raises, and may be called again

_log = logging.getLogger(__name__)


class Unwritten:
    """The notes of one process."""

    def __init__(self) -> None:
        self._notes: dict[str, dict[int, Note]] = {}  # by conversation and letter

    def where(self) -> Sequence[str]:
        """The conversations of such letters."""
        return list(self._notes)

    def keep(self, errand: Errand, note: Note) -> None:
        """It could not be written down now."""
        self._notes.setdefault(errand.room.conversation, {})[errand.seq] = note

    async def write(self, conversation: str) -> Sequence[int]:
        """Write down what is known of a conversation's letters; their numbers. What cannot be stays kept."""
        written = []
        for letter, note in list(self._notes.get(conversation, {}).items()):
            await note()
            _log.info("what became of letter %d is written down after all", letter)
            written.append(letter)
            del self._notes[conversation][letter]
        self._notes.pop(conversation, None)
        return written
