"""What a conversation remembers, for each speaker apart: the dialog that waits for them and their last answer.

In a group or channel several people talk to the desk at once: nobody answers a question that somebody else was
asked, and nobody's "and in Zoom?" leans on somebody else's answer. The memory is one JSON-like dict that holds,
while a question waits, one botbuilder ``DialogState``.
"""

from collections.abc import Mapping
from typing import Any

from dialogs.meaning import Intent, LastAnswer

VERSION = 2  # raise it when a dialog's id, its steps or Ask's fields change: the channel then forgets what waits
MOST_SPEAKERS = 40  # per conversation; the longest silent is forgotten


class Memory:
    """One speaker's part of a conversation's memory. Write ``document`` back after the turn."""

    def __init__(self, document: Mapping[str, Any] | None, speaker: str) -> None:
        kept = dict(document or {})
        speakers: dict[str, Any] = dict(kept.get("speakers", {}))
        self._own: dict[str, Any] = dict(speakers.pop(speaker, {}))
        self._others = dict(list(speakers.items())[-(MOST_SPEAKERS - 1) :])
        self._speaker = speaker

    @property
    def document(self) -> dict[str, Any]:
        """The whole conversation's memory, this speaker newest."""
        own = {key: value for key, value in self._own.items() if value}
        return {"speakers": self._others | ({self._speaker: own} if own else {})}

    @property
    def dialogs(self) -> Any:
        """The DialogState that waits for this speaker; None: nothing does."""
        return self._own.get("dialogs")

    @dialogs.setter
    def dialogs(self, state: Any) -> None:
        self._own["dialogs"] = state

    @property
    def last(self) -> LastAnswer | None:
        """What the last answer was about."""
        kept = self._own.get("last")
        if not kept or kept["intent"] not in set(Intent):
            return None
        return LastAnswer(intent=Intent(kept["intent"]), person_id=kept["person"], app_id=kept["app"])

    @last.setter
    def last(self, answer: LastAnswer) -> None:
        self._own["last"] = {"intent": answer.intent.value, "person": answer.person_id, "app": answer.app_id}
