"""What a message comes to: who speaks, what the dialogs say to it, and what is remembered of it.

Nothing is stored and nothing is sent here, and no database connection is held: a turn may be thought about twice and
is said once.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import OperationalError

from bot.apologies import apology, lost_the_thread, reads_now, stumbled
from bot.channel.connector import Connector
from bot.channel.files import files_of
from bot.channel.wire import Letter
from bot.identity import StrangerError, who_is_mentioned, who_speaks
from bot.inbox import Ending, Turn
from bot.outbox import letter_of
from bot.patience import Patience, Talk
from bot.state import Memory
from bot.whereabouts import Whereabouts
from cards.words import use_language
from dialogs.talk import Reply, Speech
from provisioning.errors import DeskError
from provisioning.ports import TenantReader

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Ending):
    """How a turn ends, and what is said."""

    letters: Sequence[Letter] = ()


class Thinking:
    """``dialogs_version`` changes whenever steps of the dialogs do: running conversations then begin anew."""

    def __init__(
        self,
        *,
        reader: TenantReader,
        connector: Connector,
        conversations: Talk,
        dialogs_version: str,
        patience: Patience,
        whereabouts: Whereabouts | None,
    ) -> None:
        self._reader = reader
        self._connector = connector
        self._conversations = conversations
        self._dialogs_version = dialogs_version
        self._patience = patience
        self._whereabouts = whereabouts

    async def think(self, turn: Turn) -> Outcome:
        """What the turn comes to; nothing that happens in it gets out but that the database went away."""
        with use_language(turn.arrival.locale):
            if turn.worn_out:
                _log.error("a message was put aside: processes died over it")
                return Outcome(letters=[_text(stumbled())], why="processes died over it")
            if turn.kind == "welcome" and turn.welcomed:
                return Outcome(memory=turn.memory)
            try:
                async with asyncio.timeout(self._patience.turn):
                    return await (self._hello(turn) if turn.kind == "welcome" else self._hear(turn))
            except (DeskError, TimeoutError) as problem:
                return _failed(turn, problem, memory=turn.memory)
            except OperationalError:  # the database went away: nothing was decided, the message waits for its return
                raise
            except Exception as problem:  # noqa: BLE001 – the last fence: whoever asked is told, and the dialogs begin anew
                _log.exception("a turn failed")
                return _failed(turn, problem, memory=None)

    async def _hear(self, turn: Turn) -> Outcome:
        from bot.channel.adapter import context_of  # with it comes the SDK

        arrival = turn.arrival
        (actor, search), mentions = await asyncio.gather(
            self._conversations.meet(arrival.text, who_speaks(arrival, self._reader)),
            who_is_mentioned(arrival, self._connector, wait=self._patience.lookup),
        )
        about = ""
        if self._whereabouts is not None:
            about = await self._whereabouts.ticket_of(arrival)
        memory = Memory(turn.memory, dialogs=self._dialogs_version)
        context, listener = context_of(arrival)
        speech = Speech(
            text=arrival.text,
            actor=actor,
            conversation=arrival.conversation,
            kind=arrival.kind,
            mentions=mentions,
            locale=arrival.locale,
            key=arrival.key,
            files=files_of(arrival.raw),
            edited=turn.kind == "edit",
            about=about,
        )
        await self._conversations.hear(context, memory, speech, search)
        first = [_text(reads_now())] if speech.edited else [_text(lost_the_thread())] if memory.lost else []
        return Outcome(letters=[*first, *listener.letters], memory=memory.document())

    async def _hello(self, turn: Turn) -> Outcome:
        from bot.channel.adapter import context_of

        arrival = turn.arrival
        try:
            actor = await who_speaks(arrival, self._reader)
        except StrangerError as problem:
            _log.info("no welcome: %s", problem)  # an event of the channel itself; people introduce themselves later
            return Outcome(memory=turn.memory)
        context, listener = context_of(arrival)
        await self._conversations.welcome(context, actor, arrival.kind)
        return Outcome(letters=listener.letters, memory=turn.memory, welcomed=True)


def _failed(turn: Turn, problem: Exception, *, memory: Any) -> Outcome:
    why = f"{type(problem).__name__}: {problem}"
    if turn.kind == "welcome":
        return Outcome(memory=memory, why=why)
    return Outcome(letters=[_text(apology(problem))], memory=memory, why=why)


def _text(text: str) -> Letter:
    return letter_of(Reply(text=text))
