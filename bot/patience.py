"""What a turn needs from its neighbours: how long to wait, what to answer the channel, who does the talking."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from dialogs.talk import Click, Reply, Speech
from provisioning.model import Actor
from provisioning.store.database import Connection

if TYPE_CHECKING:
    from botbuilder.core import StatePropertyAccessor, TurnContext


RedrawLater = Callable[[Connection, str], Awaitable[None]]  # on the caller's transaction; case:<id> or ticket:<n>


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds."""

    typing: float = 1.5  # until a typing sign is shown
    click: float = 3.0  # until a click is told that its card will follow; clients give up after 8 to 15
    settle: float = 1.0  # a client needs to draw a click's answer before the same message is edited
    turn: float = 45.0  # until a turn is given up
    lookup: float = 2.0  # for asking the channel who was mentioned
    sweep: float = 2.0  # between looks for what other processes left
    replies: float = 10.0  # until a channel that wants the answer in its response is told to come again
    grace: float = 5.0  # for what is under way when the process stops


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response to the channel."""

    status: int
    body: Mapping[str, Any] | None = None


class Talk(Protocol):
    """The conversations."""

    async def meet(self, text: str, who: Awaitable[Actor]) -> tuple[Actor, Any]:
        """Who speaks, and what was begun meanwhile for ``hear``. What ``who`` raises comes out."""

    async def hear(
        self, turn_context: "TurnContext", state: "StatePropertyAccessor", speech: Speech, search: Any = None
    ) -> None:
        """Answer a message by ``turn_context.send_activity``; remember in ``state``."""

    async def click(
        self, click: Click, *, turn_context: "TurnContext | None" = None, state: "StatePropertyAccessor | None" = None
    ) -> Reply:
        """Do what a button says; the card that takes the clicked one's place. Nothing is said in the context."""

    async def welcome(self, turn_context: "TurnContext", actor: Actor, kind: str) -> None:
        """Say hello in a conversation that the bot was added to."""
