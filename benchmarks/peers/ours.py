"""(e) This bot doing a whole durable turn, wired as ``bot/app.py`` does it.

Production code from the door to the connector, on a real database. Played are: the tenant (one person, in memory),
the conversation (remembers how often it was asked and sends a card of 3 kB), and the way to Teams: the door wants
Teams' own service URL over https and gets it; only the last step goes to loopback instead.
"""

# ruff: noqa: E402
import asyncio
import sys
from collections.abc import Awaitable, Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession

from bot import collector

collector.rest()  # as bot/serve.py does

import bot.app  # noqa: F401 – everything that the real service has in memory
from benchmarks.peers.serving import serve
from benchmarks.peers.sign_in import SECRET, play_sign_in
from benchmarks.rig.channel import APP, PERSON, TEAMS, TENANT, Setup
from benchmarks.rig.sampler import Sampler
from bot.channel.auth import Door
from bot.channel.connector import Connector
from bot.channel.keys import Keys
from bot.channel.tokens import AppTokens
from bot.departures import departures
from bot.endpoints import web_app
from bot.outbox import Outbox
from bot.proactive import Proactive
from bot.sender import Sender
from bot.turns import Turns
from bot.whereabouts import Whereabouts
from dialogs.talk import Click, Reply, Speech, to_activity
from provisioning.errors import NotThereError
from provisioning.model import Actor, Role
from provisioning.store.database import open_database
from provisioning.store.queue import Queue

if TYPE_CHECKING:
    from botbuilder.core import StatePropertyAccessor, TurnContext

UNLIMITED = 100_000.0  # calls a second: the wire is measured here, not the channel's limit of 50 for a tenant
CARD_BYTES = 3000


class ToLoopback(Connector):
    """Posts go to the benchmark's connector, whatever host Teams' service URL names."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(AppTokens(app_id=APP, tenant_id=TENANT, credential=SECRET))
        self._loopback = setup.connector

    async def post(self, service_url: str, conversation: str, body: Mapping[str, Any]) -> str | None:
        """As in production, one host aside."""
        assert service_url == TEAMS
        return await super().post(self._loopback, conversation, body)


class Tenant:
    """One person, who is an agent."""

    _aisha = Actor(id=PERSON, upn="aisha@fabrikam.example", name="Aisha Khan", roles=frozenset({Role.AGENT}))

    async def actor(self, person_id: str) -> Actor:
        """As in TenantReader."""
        if person_id != PERSON:
            raise NotThereError("This person does not exist.")
        return self._aisha


class Desk:
    """Remembers what was asked, answers with a card."""

    async def meet(self, text: str, who: Awaitable[Actor]) -> tuple[Actor, None]:
        """Nothing is looked up meanwhile."""
        return await who, None

    async def hear(
        self, turn_context: "TurnContext", state: "StatePropertyAccessor", speech: Speech, search: Any = None
    ) -> None:
        """Count, and show the question."""
        remembered = await state.get(turn_context, dict)
        asked = remembered.get("asked", 0) + 1
        await state.set(turn_context, {"asked": asked, "last": speech.text, "who": speech.actor.id})
        shown = card()
        shown["body"][0]["text"] = f"{asked}: {speech.text}"
        reply = Reply(card=shown, summary=speech.text, about=f"case:{speech.conversation}", voice="agent")
        await turn_context.send_activity(to_activity(reply))

    async def click(self, click: Click, **_: Any) -> Reply:
        """Nobody clicks."""
        raise AssertionError(click.verb)

    async def welcome(self, turn_context: "TurnContext", actor: Actor, kind: str) -> None:
        """Nobody arrives."""
        raise AssertionError(kind)


def card() -> dict[str, Any]:
    """An Adaptive Card of about 3 kB as JSON, shaped like a case."""
    fact = {"title": "Attribute mail", "value": "empty in Entra ID, required by the app’s matching rule"}
    button = {"type": "Action.Execute", "title": "Provision now", "verb": "provision"}
    text = {"type": "TextBlock", "wrap": True, "text": "José García was skipped: the attribute that AskCody knows "
            "people by has no value. Fill it in, then provision again."}  # fmt: skip
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "body": [
            {"type": "TextBlock", "size": "Large", "weight": "Bolder", "text": ""},
            *[dict(text) for _ in range(5)],
            {"type": "FactSet", "facts": [dict(fact) for _ in range(14)]},
        ],
        "actions": [{**button, "data": {"case": "c" * 32}} for _ in range(5)],
    }


async def main(setup: Setup) -> None:
    """Serve, with everything that a service keeps running in the background."""
    play_sign_in(setup)
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(open_database(setup.database))
        connector = ToLoopback(setup)
        stack.push_async_callback(connector.aclose)
        outbox = Outbox(pool)
        stack.push_async_callback(outbox.lanes.aclose)
        left = stack.enter_context(departures(setup.database, outbox.me))
        sender = Sender(outbox, connector, per_second=UNLIMITED, departures=left)
        turns = Turns(
            pool=pool,
            outbox=outbox,
            sender=sender,
            connector=connector,
            reader=Tenant(),  # type: ignore[arg-type]  # the one method that turns use
            conversations=Desk(),
            dialogs_version="benchmark",
            whereabouts=Whereabouts(pool, Proactive(pool=pool, outbox=outbox, sender=sender)),
        )
        keys = Keys(await stack.enter_async_context(ClientSession()), metadata=setup.metadata)
        stack.push_async_callback(keys.aclose)
        door = Door(app_id=APP, tenants={TENANT}, service_hosts={"smba.trafficmanager.net"}, keys=keys)
        await sender.start()
        stack.push_async_callback(sender.stop)
        await turns.start()
        stack.push_async_callback(turns.stop)
        await stack.enter_async_context(Queue(pool).working())
        await serve(web_app(door=door, receiver=turns, checks={"database": turns.check}), setup.port)


if __name__ == "__main__":
    with Sampler.to(sys.argv[2] if sys.argv[2:] else None):
        asyncio.run(main(Setup.from_json(sys.argv[1])))
