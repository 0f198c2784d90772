"""A bot over real HTTP and a real database; only Teams' connector, the tenant and the conversations are played."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Self

import pytest
from aiohttp import ClientSession, web
from botbuilder.core import StatePropertyAccessor, TurnContext

from bot.channel.auth import Doorkeeper, OpenDoor
from bot.channel.connector import Connector
from bot.channel.tokens import NoToken
from bot.departures import departures
from bot.endpoints import web_app
from bot.outbox import Outbox
from bot.patience import Patience, RedrawLater
from bot.proactive import Proactive
from bot.sender import NewThreads, Sender
from bot.turns import Turns
from bot.whereabouts import Whereabouts
from dialogs.talk import Click, Reply, Speech, to_activity
from provisioning.errors import NotThereError
from provisioning.model import Actor, Role
from provisioning.store.database import Pool, open_database

TENANT = "0f2b5a60-0000-4000-8000-000000000001"
AISHA = "0f2b5a60-0000-4000-8000-00000000000a"
BOT = {"id": "28:sync-desk", "name": "Sync Desk"}
SOON = 60.0  # s until a test gives up: two slow cores run everything side by side
_WORKING = {"send", "sender", "turn", "turns", "click", "typing"}


@dataclass(frozen=True)
class Call:
    """One call that the connector saw."""

    method: str
    conversation: str  # "" for a new one
    target: str  # the activity in the path
    body: dict[str, Any]
    headers: dict[str, str]
    at: float

    @property
    def text(self) -> str:
        """The message's text, or its card's."""
        attachments = self.body.get("attachments")
        return str(attachments[0]["content"]["text"] if attachments else self.body.get("text"))


class Teams:
    """The Bot Connector as we know it: keeps what it was asked, answers as told (201 with an id when not told)."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answers: deque[tuple[int, dict[str, str], Any]] = deque()
        self.gate = asyncio.Event()  # cleared: answers wait
        self.gate.set()
        self.members: dict[str, dict[str, Any]] = {}
        self._ids = count(1)
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v3/conversations", self._take)
        app.router.add_get("/v3/conversations/{conversation}/members/{account}", self._member)
        app.router.add_route("*", "/v3/conversations/{conversation}/activities", self._take)
        app.router.add_route("*", "/v3/conversations/{conversation}/activities/{activity}", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.gate.set()
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else {}
        where = request.match_info
        call = Call(
            request.method,
            where.get("conversation", ""),
            where.get("activity", ""),
            body,
            dict(request.headers),
            asyncio.get_running_loop().time(),
        )
        async with self._news:
            self.calls.append(call)
            self._news.notify_all()
        await self.gate.wait()
        if body.get("type") != "typing" and self.answers:
            status, headers, content = self.answers.popleft()
            return web.json_response(content, status=status, headers=headers)
        if not call.conversation:
            room = body["channelData"]["channel"]["id"]
            number = next(self._ids)
            return web.json_response({"id": f"{room};messageid={number}", "activityId": f"m{number}"}, status=201)
        return web.json_response({"id": f"m{next(self._ids)}"}, status=201)

    async def _member(self, request: web.Request) -> web.Response:
        found = self.members.get(request.match_info["account"])
        return web.json_response(found or {"error": {"code": "MemberNotFound"}}, status=200 if found else 404)

    @property
    def messages(self) -> list[Call]:
        """What was posted, typing signs aside."""
        return [call for call in self.calls if call.method == "POST" and call.body.get("type") != "typing"]

    @property
    def edits(self) -> list[Call]:
        """What was edited."""
        return [call for call in self.calls if call.method == "PUT"]

    def refuse(self, status: int, code: str = "Refused", **headers: str) -> None:
        """Answer one of the next calls with an error."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append((status, names, {"error": {"code": code, "message": "as told"}}))

    async def until(self, enough: Callable[[], object]) -> None:
        """Wait until calls make ``enough`` true."""
        try:
            async with asyncio.timeout(SOON), self._news:
                await self._news.wait_for(lambda: bool(enough()))
        except TimeoutError:
            seen = [(call.method, call.conversation, call.target, call.text) for call in self.calls]
            raise AssertionError(f"It never came. The connector saw {seen}") from None

    async def said(self, number: int) -> list[Call]:
        """The first ``number`` messages, as soon as they are there."""
        await self.until(lambda: len(self.messages) >= number)
        return self.messages


@dataclass
class Tenant:
    """Who is known; stands in for Graph."""

    people: dict[str, Actor] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    problem: Exception | None = None

    async def actor(self, person_id: str) -> Actor:
        """As in TenantReader."""
        self.asked.append(person_id)
        if self.problem is not None:
            raise self.problem
        if person_id not in self.people:
            raise NotThereError("This person does not exist.")
        return self.people[person_id]


@dataclass
class Desk:
    """Conversations that say what they heard; a test can make them wait, fail or say something else."""

    heard: list[Speech] = field(default_factory=list)
    clicked: list[Click] = field(default_factory=list)
    welcomed: list[tuple[Actor, str]] = field(default_factory=list)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    replies: dict[str, Reply] = field(default_factory=dict)
    problems: dict[str, BaseException] = field(default_factory=dict)
    running: int = 0
    side_by_side: int = 0
    before: Callable[[], Awaitable[None]] | None = None

    async def meet(self, text: str, who: Awaitable[Actor]) -> tuple[Actor, None]:
        return await who, None

    async def hear(
        self, turn_context: TurnContext, state: StatePropertyAccessor, speech: Speech, search: None = None
    ) -> None:
        """Echo."""
        self.heard.append(speech)
        reply = await self._decide(speech.text)
        seen = await state.get(turn_context, list)
        await state.set(turn_context, [*seen, speech.text])
        await turn_context.send_activity(to_activity(reply))

    async def click(
        self, click: Click, *, turn_context: TurnContext | None = None, state: StatePropertyAccessor | None = None
    ) -> Reply:
        """A card with the verb, or what was prepared for it."""
        self.clicked.append(click)
        reply = await self._decide(click.verb)
        return reply if click.verb in self.replies else Reply(card={"type": "AdaptiveCard", "text": reply.text})

    async def welcome(self, turn_context: TurnContext, actor: Actor, kind: str) -> None:
        """Hello."""
        self.welcomed.append((actor, kind))
        await turn_context.send_activity(to_activity(Reply(text=f"Hello {actor.name}")))

    async def _decide(self, word: str) -> Reply:
        self.running += 1
        self.side_by_side = max(self.side_by_side, self.running)
        try:
            if self.before is not None:
                await self.before()
            if word in self.gates:
                await self.gates[word].wait()
            if word in self.problems:
                raise self.problems[word]
        finally:
            self.running -= 1
        return self.replies.get(word) or Reply(text=f"re: {word}")


QUICK = Patience(typing=30, click=10, settle=0.05, sweep=0.05, lookup=2, grace=2)


class Bot:
    """One process of the service."""

    def __init__(self, pool: Pool, teams: Teams, tenant: Tenant, desk: Desk) -> None:
        self.pool, self.teams, self.tenant, self.desk = pool, teams, tenant, desk
        self._stack = AsyncExitStack()
        self._numbers = count(1)

    async def open(
        self,
        *,
        patience: Patience = QUICK,
        version: str = "1",
        door: Doorkeeper | None = None,
        sending: bool = True,
        new_threads: NewThreads = "create",
        redraw_later: RedrawLater | None = None,
        shared: Path | None = None,
    ) -> Self:
        """Start as ``bot/app.py`` does. ``shared``: the machine's memory, for what has left this process."""
        self.connector = Connector(NoToken())
        self._stack.push_async_callback(self.connector.aclose)
        self.outbox = Outbox(self.pool)
        self._stack.push_async_callback(self.outbox.lanes.aclose)
        self.departures = None
        if shared is not None:
            self.departures = self._stack.enter_context(departures("", self.outbox.me, shared=shared))
        self.sender = Sender(
            self.outbox,
            self.connector,
            new_threads=new_threads,
            redraw_later=redraw_later,
            departures=self.departures,
        )
        self.proactive = Proactive(pool=self.pool, outbox=self.outbox, sender=self.sender)
        self.whereabouts = Whereabouts(self.pool, self.proactive)
        self.turns = Turns(
            pool=self.pool,
            outbox=self.outbox,
            sender=self.sender,
            connector=self.connector,
            reader=self.tenant,  # type: ignore[arg-type]  # the one method that turns use
            conversations=self.desk,
            dialogs_version=version,
            patience=patience,
            redraw_later=redraw_later,
            whereabouts=self.whereabouts,
        )
        if sending:
            await self.sender.start()
            self._stack.push_async_callback(self.sender.stop)
        await self.turns.start()
        self._stack.push_async_callback(self.turns.stop)
        app = web_app(
            door=door or OpenDoor(listen_host="127.0.0.1"),
            receiver=self.turns,
            checks={"database": self.turns.check},
            strangers=door is None,
        )
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self.session = await self._stack.enter_async_context(ClientSession())
        return self

    async def close(self) -> None:
        """An orderly end."""
        await self._stack.aclose()

    async def kill(self) -> None:
        """As a power cut would: everything under way stops where it is, and no lease is given back."""
        while tasks := [task for task in asyncio.all_tasks() if task.get_name() in _WORKING]:
            for task in tasks:  # more than once: the database driver can swallow a cancellation
                task.cancel()
            await asyncio.wait(tasks, timeout=0.2)
        self.turns._inbox._alive.clear()  # who is dead tells nobody that it lives
        if self.departures is not None:
            import fcntl  # not on every system

            fcntl.flock(self.departures._file, fcntl.LOCK_UN)  # as the end of a process does

    def activity(self, text: str = "", *, where: str = "a:1", kind: str = "personal", **more: Any) -> dict[str, Any]:
        """A message from Aisha as Teams would send it; ``more`` replaces whole properties."""
        return {
            "type": "message",
            "id": f"in{next(self._numbers)}",
            "channelId": "msteams",
            "serviceUrl": self.teams.url,
            "from": {"id": "29:aisha", "name": "Aisha Khan", "aadObjectId": AISHA},
            "recipient": BOT,
            "conversation": {"id": where, "conversationType": kind, "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}},
            "text": text,
            **more,
        }

    def invoke(self, verb: str, *, on: str = "m1", data: Any = None, **more: Any) -> dict[str, Any]:
        """A click on a button of message ``on``."""
        action = {"type": "Action.Execute", "verb": verb, "data": data}
        value = {"action": action, "trigger": "manual"}
        return self.activity(type="invoke", name="adaptiveCard/action", replyToId=on, value=value, **more)

    async def post(self, activity: Any, **headers: str) -> tuple[int, Any]:
        """Status, and the body when it is JSON."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.post(f"{self.url}/api/messages", json=activity, headers=names) as response:
            return response.status, await response.json() if response.content_type == "application/json" else None

    async def hear(self, text: str, **more: Any) -> None:
        """Say something to the bot; it must take it."""
        status, _ = await self.post(self.activity(text, **more))
        assert status == 202

    async def click(self, verb: str, **more: Any) -> dict[str, Any]:
        """Click; the answer's body."""
        status, body = await self.post(self.invoke(verb, **more))
        assert status == 200
        assert isinstance(body, dict)
        return body

    async def settled(self) -> None:
        """Everything that began has ended."""
        await self.turns.idle()
        await self.sender.idle()

    async def until(self, true: Callable[[], object]) -> None:
        """Wait for something inside the process, asking the database meanwhile: it must not be out of connections."""
        async with asyncio.timeout(SOON):
            while not true():
                await self.rows(b"SELECT 1")

    async def rows(self, query: bytes, *values: Any) -> list[tuple[Any, ...]]:
        """Look into the database."""
        async with self.pool.connection() as connection:
            found = await connection.execute(query, values)
            return await found.fetchall() if found.description else []

    async def expire_leases(self) -> None:
        """Let the time pass after which a dead process's conversations are free."""
        await self.rows(
            b"UPDATE conversations SET turn_until = clock_timestamp() - interval '1 s', "
            b"send_until = clock_timestamp() - interval '1 s'"
        )
        await self.rows(b"UPDATE inbox SET taken_until = clock_timestamp() - interval '1 s' WHERE kind = 'click'")


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with open_database(database_url) as opened:
        yield opened


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with Teams() as opened:
        yield opened


@pytest.fixture
def tenant() -> Tenant:
    aisha = Actor(id=AISHA, upn="aisha@fabrikam.example", name="Aisha Khan", roles=frozenset({Role.AGENT}))
    return Tenant(people={AISHA: aisha})


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def bots(pool: Pool, teams: Teams, tenant: Tenant, desk: Desk) -> AsyncIterator[Callable[..., Awaitable[Bot]]]:
    """Opens processes of the service over one database; all are closed at the end."""
    opened: list[Bot] = []

    async def start(**options: Any) -> Bot:
        one = Bot(pool, teams, tenant, desk)
        opened.append(one)
        return await one.open(**options)

    yield start
    teams.gate.set()
    for gate in desk.gates.values():
        gate.set()
    for one in opened:
        await one.close()


@pytest.fixture
async def bot(bots: Callable[..., Awaitable[Bot]]) -> Bot:
    return await bots()
