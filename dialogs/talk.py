"""What passes between the wire and the conversations: one message heard, one button clicked, one thing said.

Values only; the channel makes the first two and takes the third, and neither side knows the other.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from provisioning.model import Actor

if TYPE_CHECKING:
    from botbuilder.schema import Activity

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
MARK = "syncDesk"  # in channel_data: for the outbox alone, never sent
PERSONAL = "personal"


class Drawn(dict[str, Any]):
    """A finished card. Nobody changes it any more, so whoever copies what it stands in shares it."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "Drawn":
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Somebody other than the bot who was mentioned. ``id`` is the Entra object id, "" where the channel gave none."""

    id: str
    name: str
    text: str  # as it stands in the message: <at>Maja Lind</at>, or the name alone


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A list that was attached: its ``text`` where that came with the message, else where it lies."""

    name: str
    text: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """One incoming message, cleaned: the bot's own mention is gone, HTML is unescaped, white space collapsed."""

    text: str
    actor: Actor  # read afresh from Graph for this turn
    conversation: str  # opaque
    kind: str  # personal, groupChat or channel
    mentions: tuple[Mention, ...] = ()
    locale: str | None = None
    key: str = ""  # the message's own, the same at every delivery and every run; "": it has none
    files: tuple[File, ...] = ()  # lists that came with it
    edited: bool = False  # it was answered before in other words: a question of its own, no answer to one of ours
    about: str = ""  # ticket:<n>: said below that ticket's card, or in answer to it


class Seal(StrEnum):
    """What the seal of a clicked button is worth. Only a good one lets a button change anything."""

    GOOD = "good"
    MISSING = "missing"  # drawn by a desk that sealed nothing yet, or by somebody else
    EXPIRED = "expired"
    FORGED = "forged"  # not ours, or what it vouches for was changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """One adaptiveCard/action. ``data`` comes from the client: every value is checked again by who uses it."""

    verb: str
    data: Mapping[str, Any]
    actor: Actor
    conversation: str
    kind: str
    key: str = ""  # as Speech
    voice: str | None = None  # how the clicked message shows its case or ticket; None: it shows none
    seal: Seal = Seal.MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One thing to say: exactly one of ``text`` and ``card``."""

    text: str | None = None
    card: dict[str, Any] | None = None
    summary: str = ""  # what a notification shows for a card
    about: str | None = None  # case:<id> or ticket:<n>: this place shows it and is edited in place later
    voice: str = "person"  # person or agent: how it is drawn again
    note: str = ""  # why a click changed nothing: said to who clicked, while the card is shown to everybody
    gone: bool = False  # the clicked message has done its work and is taken back; where it cannot be, the card stands

    def __post_init__(self) -> None:
        if (self.text is None) == (self.card is None):
            raise ValueError("A reply is either a text or a card.")


def to_activity(reply: Reply) -> "Activity":
    """The message activity of a reply, with the outbox's note (what it shows, in which voice) in channel_data."""
    # The SDK is imported beside the start (bot.state.warm), not on the way to it.
    from botbuilder.schema import ActivityTypes, Attachment, InputHints

    activity = _said()(
        type=ActivityTypes.message,
        text=reply.text,
        summary=reply.summary or None,
        input_hint=InputHints.accepting_input,
        channel_data={MARK: {"about": reply.about, "voice": reply.voice}},
    )
    if reply.card is not None:
        activity.attachments = [Attachment(content_type=CARD_TYPE, content=Drawn(reply.card))]
    return activity


@cache
def _said() -> "type[Activity]":
    """An activity that nobody changes any more but for its envelope: the SDK, which copies deeply whatever is said, may
    share what stands in it."""
    from botbuilder.schema import Activity

    class Said(Activity):  # type: ignore[misc]  # the SDK has no types
        def __deepcopy__(self, memo: dict[int, Any]) -> "Said":
            return copy(self)

    return Said
