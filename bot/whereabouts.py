"""Where the helpdesk and people can be reached, and which ticket a message belongs to."""

from collections.abc import Sequence

from bot.channel.wire import THREAD, Arrival
from bot.inbox import NOBODY, Met
from bot.proactive import Proactive
from bot.sql import statements
from dialogs.talk import PERSONAL
from provisioning.routing import Route, room_for
from provisioning.store.database import Pool
from provisioning.tickets import Ticket

CHANNEL = "channel"
LONGEST_ID = 512

_SQL = statements("whereabouts")


class Whereabouts:
    """Rooms, threads and personal chats of one database."""

    def __init__(self, pool: Pool, proactive: Proactive) -> None:
        self._pool = pool
        self._proactive = proactive
        self._noted: set[Met] = set()  # by this process

    async def room_for(self, ticket: Ticket) -> str | None:
        """Where the helpdesk is told of a ticket; None while there is no conversation that we can speak in."""
        return room_for(ticket, await self.routes(), await self._proactive.desk_room())

    async def somewhere(self) -> bool:
        """Whether the helpdesk can be told anything at all."""
        return await self._proactive.desk_room() is not None or any(route.live for route in await self.routes())

    async def routes(self) -> Sequence[Route]:
        """Which tickets go elsewhere than to the usual channel."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_SQL["routes"])).fetchall()
        return [
            Route(kind=kind, value=value, words=words, conversation=conversation, live=live)
            for kind, value, words, conversation, live in rows
        ]

    async def add_route(self, route: Route) -> None:
        """From now on; of a thread, its channel."""
        values = {"kind": route.kind, "value": route.value, "words": route.words}
        values["conversation"] = route.conversation.partition(THREAD)[0]
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["add_route"], values)

    async def drop_route(self, kind: str, value: str) -> bool:
        """Whether there was one."""
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["drop_route"], {"kind": kind, "value": value})
            return await found.fetchone() is not None

    async def who_chose(self) -> str | None:
        """The object id of who named the helpdesk's channel."""
        return await self._one("who_chose", {})

    async def lost_rooms(self) -> Sequence[str]:
        """Where open tickets were told, and where we cannot speak any more."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_SQL["lost_rooms"])).fetchall()
        return [str(room) for (room,) in rows]

    async def thread_of(self, ticket: Ticket) -> str | None:
        """The conversation in which the helpdesk reads what happens to a ticket; None: nowhere (any more)."""
        number = ticket.parent or ticket.number
        return await self._one("thread_of", {"about": f"ticket:{number}", "room": ticket.room}) if ticket.room else None

    async def chat_of(self, person: str) -> str | None:
        """Somebody's personal chat; None while they have never written to us, or have removed us."""
        return await self._one("chat_of", {"person": person})

    def new(self, arrival: Arrival) -> Met:
        """Whose personal chat this is, or whose team's channel; NOBODY where this process has noted that already."""
        who, team = arrival.object_id, _channel_data(arrival, "team")
        met = NOBODY
        if arrival.kind == PERSONAL and who:
            met = Met(room=arrival.room, person=who)
        elif arrival.kind == CHANNEL and team:
            met = Met(room=arrival.room, team=team)
        return NOBODY if met in self._noted else met

    def noted(self, met: Met) -> None:
        """It was stored."""
        self._noted.add(met)

    async def left(self, arrival: Arrival, *, removed: bool) -> None:
        """A channel or a team is gone, or we were ``removed`` from one: nothing is sent there any more."""
        event, channel = _event(arrival), _channel_data(arrival, "channel")
        whole_team = event in {"teamDeleted", "teamHardDeleted", "teamArchived"} or (
            removed and arrival.kind == CHANNEL
        )
        rooms = [arrival.room] if whole_team else [channel] if event == "channelDeleted" and channel else []
        if rooms:
            values = {
                "rooms": rooms,
                "team": _channel_data(arrival, "team") if whole_team else "",
                "why": event or "removed",
            }
            async with self._pool.connection() as connection:
                await connection.execute(_SQL["leave"], values)

    async def ticket_of(self, arrival: Arrival) -> str:
        """``ticket:<n>`` when the message stands below that ticket's card, or answers it; "" otherwise."""
        first = arrival.conversation.partition(THREAD)[2]
        activities = [one for one in (first, arrival.reply_to) if one]
        if not activities:
            return ""
        return await self._one("shown_in", {"conversation": arrival.conversation, "activities": activities}) or ""

    async def _one(self, statement: str, values: dict[str, object]) -> str | None:
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL[statement], values)).fetchone()
        return str(row[0]) if row and row[0] else None


def _event(arrival: Arrival) -> str:
    data = arrival.raw.get("channelData")
    event = data.get("eventType") if isinstance(data, dict) else None
    return event if isinstance(event, str) else ""


def _channel_data(arrival: Arrival, what: str) -> str:
    """The id of the team or channel that an event is about, "" without one."""
    data = arrival.raw.get("channelData")
    named = data.get(what) if isinstance(data, dict) else None
    value = named.get("id") if isinstance(named, dict) else None
    return value if isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_ID else ""
