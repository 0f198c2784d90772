"""Where everything meets. The only module that knows every other: read it from top to bottom."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from aiohttp import ClientSession, web

from bot.channel.auth import Door, Doorkeeper, OpenDoor
from bot.channel.connector import Connector
from bot.channel.keys import Keys
from bot.channel.tokens import AppTokens, NoToken, TokenSource
from bot.crowds import crowd_work, talk_of_crowds
from bot.desk_calls import ROUTE, DeskCalls
from bot.desks import carrying
from bot.desks import named as desks_of
from bot.duty import Duty
from bot.endpoints import Check, web_app
from bot.helpdesk import Unkept, helpdesk_feature, talk_of_duty
from bot.jobs import failures_feature, jobs_feature, rehearsed_jobs
from bot.message_action import MessageAction
from bot.outbox import Outbox
from bot.proactive import Proactive
from bot.question import Questions, Rehearsal
from bot.sender import Sender
from bot.settings import Settings
from bot.telling import Telling
from bot.turns import Turns
from bot.watches import watch_feature
from bot.weekly import weekly
from bot.whereabouts import Whereabouts
from bot.work import Shown, background, redraw_later
from dialogs.audit import audit_feature
from dialogs.duty import DutyDesk
from dialogs.feature import Feature
from dialogs.fill_in import fill_in_feature
from dialogs.group import group_feature
from dialogs.memory import VERSION
from dialogs.numbers import numbers
from dialogs.redraw import Redraw
from dialogs.root import Conversations
from dialogs.status import Status
from provisioning.casework.calls import Calls
from provisioning.casework.group_runs import GroupRuns
from provisioning.casework.inquiries import Inquiries
from provisioning.casework.mending import Mending
from provisioning.casework.promises import Promises
from provisioning.casework.tickets import Tickets
from provisioning.errors import DeskError
from provisioning.graph.client import GraphClient
from provisioning.graph.job_levers import GraphJobLevers
from provisioning.graph.levers import GraphLevers
from provisioning.graph.opening import open_graph
from provisioning.graph.pen import GraphPen
from provisioning.graph.reader import GraphReader
from provisioning.model import Actor
from provisioning.ports import Books
from provisioning.store.belonging import belong
from provisioning.store.books import PostgresBooks
from provisioning.store.crowds import PostgresCrowds
from provisioning.store.database import open_database
from provisioning.store.figures import PostgresFigures
from provisioning.store.groups import PostgresGroups
from provisioning.store.migrations import newest_version, schema_version
from provisioning.store.pace import PostgresPace
from provisioning.store.post import PostgresPost
from provisioning.store.queue import Queue
from provisioning.store.roster import PostgresRoster
from provisioning.store.watches import PostgresWatches

VERSION_COUNTS = 30.0  # s


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running desk. ``web`` is to be served; the rest is what other entrances than the channel may use."""

    web: web.Application
    proactive: Proactive
    reader: GraphReader


class Rooms:
    """The helpdesk's channel. Naming one tells it of every ticket that nobody has heard of yet."""

    def __init__(self, proactive: Proactive, telling: Telling) -> None:
        self._proactive = proactive
        self._telling = telling

    async def desk_room(self) -> str | None:
        """The conversation that new tickets are posted to; None: nobody is notified."""
        return await self._proactive.desk_room()

    async def use_as_desk_room(self, conversation: str, by: Actor) -> None:
        """Post them there from now on."""
        await self._proactive.use_as_desk_room(conversation, by)
        await self._telling.unannounced()


@asynccontextmanager
async def service(settings: Settings, *, alone: bool = False) -> AsyncIterator[Service]:
    """Open everything that a desk is made of, work in the background while the block runs, close it in reverse.

    ``alone``: no other service uses this database, so what a killed one left is taken over at once. Raises DeskError
    when there is no database address, TryLaterError when the database does not answer.
    """
    if settings.database_url is None:
        raise DeskError("There is no database address.")
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(open_database(settings.database_url))
        await belong(pool, tenant_id=settings.tenant_id, sandbox=settings.sandbox)
        graph = await stack.enter_async_context(graph_of(settings))
        reader = GraphReader(graph, agents_group=settings.agents_group, admins_group=settings.admins_group)
        queue = Queue(pool, concurrency=settings.workers, alone=alone)
        books = PostgresBooks(pool, queue, desks=desks_of(settings))
        post = PostgresPost(pool)

        inquiries = Inquiries(tenant=reader, books=books, policy=settings.fill_in)
        levers, pace, pen = GraphLevers(graph), PostgresPace(pool), GraphPen(graph)
        promises = Promises(tenant=reader, levers=levers, books=books, pace=pace, pen=pen, policy=settings.fill_in)
        tickets = Tickets(books=books, clock=_clock(graph))

        connector = await stack.enter_async_context(_connector(settings))
        outbox = Outbox(pool)
        sender = Sender(outbox, connector, new_threads="post" if settings.sandbox else "create")
        proactive = Proactive(pool=pool, outbox=outbox, sender=sender)
        lists = PostgresCrowds(pool, queue)
        figures = PostgresFigures(pool)
        features: Sequence[Feature] = (
            fill_in_feature(promises, books, settings.fill_in),
            group_feature(
                tenant=reader,
                found=reader,
                groups=GroupRuns(reader=reader, levers=levers, books=PostgresGroups(pool, queue), pace=pace),
            ),
            numbers(figures),
            weekly(figures=figures, proactive=proactive),
            jobs_feature(
                pool=pool, queue=queue, reader=reader, levers=GraphJobLevers(graph), two_admins=settings.two_admins
            ),
            talk_of_crowds(books=lists, reader=reader, tickets=tickets),
            crowd_work(books=lists, reader=reader, levers=levers, pace=pace, proactive=proactive),
            watch_feature(books=PostgresWatches(pool, queue), reader=reader, inquiries=inquiries, proactive=proactive),
            failures_feature(pool=pool, queue=queue, reader=reader, lists=lists, keep_days=settings.keep_failures_days),
        )
        redraw, whereabouts = Redraw(books, features), Whereabouts(pool, proactive)
        mending = Mending(tenant=reader, books=books, tickets=tickets, close_after=settings.close_mended_after)
        shown = Shown(proactive=proactive, redraw=redraw, mending=mending)
        telling = Telling(books=books, tickets=tickets, proactive=proactive, whereabouts=whereabouts, redraw=redraw)
        features = (*features, audit_feature(reader, books, Status(reader, inquiries)))
        roster = PostgresRoster(pool)
        duty = Duty(
            books=books,
            roster=roster,
            proactive=proactive,
            whereabouts=whereabouts,
            zone=settings.timezone,
            quiet_hours=settings.quiet_hours,
            clock=tickets.now,
        )
        duty_desk = DutyDesk(tenant=reader, roster=roster, routes=whereabouts, zone=settings.timezone)
        features = (*features, helpdesk_feature(telling=telling, mending=mending, duty=duty, desk=duty_desk))

        action = MessageAction(reader=reader, tickets=tickets, whereabouts=whereabouts, proactive=proactive)
        conversations = Conversations(
            tenant=reader,
            inquiries=inquiries,
            promises=promises,
            tickets=tickets,
            rooms=Rooms(proactive, telling),
            shelf=books,
            features=features,
        )
        turns = Turns(
            pool=pool,
            outbox=outbox,
            sender=sender,
            connector=connector,
            reader=reader,
            conversations=conversations,
            dialogs_version=str(VERSION),
            redraw_later=redraw_later(queue),
            whereabouts=whereabouts,
            invokes=action.handlers,
            warm_up=conversations.warm,
        )
        for name, work in background(shown, telling, promises, features).items():
            queue.register(name, work)
        for name, (every, work) in ((name, one) for feature in features for name, one in feature.rounds.items()):
            queue.go_round(name, work, every=every)

        door = await stack.enter_async_context(_door(settings))
        await sender.start()
        stack.push_async_callback(sender.stop)
        await turns.start()
        stack.push_async_callback(turns.stop)
        await stack.enter_async_context(queue.working())
        await stack.enter_async_context(carrying(settings, post=post, books=books))
        checks = {"database": turns.check, "version": _version(settings)}
        web_side = web_app(door=door, receiver=turns, checks=checks, strangers=settings.sandbox)
        calls = Calls(tickets=tickets, books=books, post=post)
        web_side.router.add_route("*", ROUTE, DeskCalls(secrets=settings.callback_secrets(), calls=calls, now=post.now))
        await stack.enter_async_context(_measured(web_side, figures, settings))
        yield Service(web=web_side, proactive=proactive, reader=reader)


@asynccontextmanager
async def questions(settings: Settings, *, act: bool = False) -> AsyncIterator[Questions]:
    """A desk that only answers: no door, no outbox, no background work. ``act``: store a ticket that is opened.

    Raises as ``service``.
    """
    if settings.database_url is None:
        raise DeskError("There is no database address.")
    async with open_database(settings.database_url) as pool, graph_of(settings) as graph:
        if act:  # else nothing is kept, and it does not matter whose memory this is
            await belong(pool, tenant_id=settings.tenant_id, sandbox=settings.sandbox)
        reader = GraphReader(graph, agents_group=settings.agents_group, admins_group=settings.admins_group)
        kept = PostgresBooks(pool, Queue(pool), desks=desks_of(settings))
        books: Books = kept if act else Rehearsal(kept)
        outbox = Outbox(pool)
        async with _connector(settings) as connector:
            proactive = Proactive(pool=pool, outbox=outbox, sender=Sender(outbox, connector))
            tickets = Tickets(books=books, clock=_clock(graph))
            lists = PostgresCrowds(pool, Queue(pool))
            inquiries = Inquiries(tenant=reader, books=books)
            roster, routes = PostgresRoster(pool), Whereabouts(pool, proactive)
            unkept = Unkept(roster, routes)
            duty_desk = DutyDesk(
                tenant=reader,
                roster=roster if act else unkept,
                routes=routes if act else unkept,
                zone=settings.timezone,
            )
            conversations = Conversations(
                tenant=reader,
                inquiries=inquiries,
                promises=Promises(tenant=reader, levers=GraphLevers(graph), books=books, pace=PostgresPace(pool)),
                tickets=tickets,
                rooms=proactive,
                shelf=books,
                features=[
                    group_feature(
                        tenant=reader,
                        found=reader,
                        groups=GroupRuns(
                            reader=reader,
                            levers=GraphLevers(graph),
                            books=PostgresGroups(pool, Queue(pool), stored=act),
                            pace=PostgresPace(pool),
                        ),
                    ),
                    numbers(PostgresFigures(pool)),
                    talk_of_duty(duty_desk),
                    talk_of_crowds(books=lists, reader=reader, tickets=tickets, stored=act),
                    *rehearsed_jobs(reader=reader, levers=GraphJobLevers(graph), lists=lists),
                    audit_feature(reader, kept, Status(reader, inquiries)),
                    watch_feature(
                        books=PostgresWatches(pool, Queue(pool)), reader=reader, inquiries=inquiries, stored=act
                    ),
                ],
            )
            yield Questions(tenant=reader, graph=graph, conversations=conversations)


@asynccontextmanager
async def _measured(web_side: web.Application, figures: PostgresFigures, settings: Settings) -> AsyncIterator[None]:
    """Count requests and answer Prometheus, where the settings name a port for it."""
    if settings.metrics_port is None:
        yield
        return
    from bot.metrics import Metrics, measuring  # a third of a second that nobody else needs

    metrics = Metrics(figures)
    web_side.middlewares.append(metrics.watch)
    async with measuring(metrics, host=settings.metrics_host, port=settings.metrics_port):
        yield


def _clock(graph: GraphClient) -> Callable[[], datetime]:
    """Graph's clock, so that tickets and cards tell one time; the machine's before Graph has answered anything."""
    return lambda: graph.last_known_time() or datetime.now(UTC)


@asynccontextmanager
async def graph_of(settings: Settings) -> AsyncIterator[GraphClient]:
    """The door to the tenant that the settings name."""
    async with open_graph(
        graph=settings.graph_url,
        tenant_id=settings.tenant_id,
        authority=settings.authority,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        certificate=settings.client_certificate,
        certificate_password=settings.client_certificate_password,
        federated_token_file=settings.federated_token_file,
        managed_identity=settings.managed_identity,
    ) as client:
        yield client


@asynccontextmanager
async def _door(settings: Settings) -> AsyncIterator[Doorkeeper]:
    """Microsoft's signed requests; in the sandbox, and only there, anybody on this machine."""
    if settings.sandbox:
        yield OpenDoor(listen_host=settings.host)
        return
    async with ClientSession(trust_env=True) as session:
        keys = Keys(session)
        try:
            yield Door(
                app_id=settings.app_id or "",  # Settings refuses to be without one; so does the door
                tenants={settings.tenant_id},
                service_hosts=settings.service_hosts,
                keys=keys,
            )
        finally:
            await keys.aclose()


def _version(settings: Settings) -> Check:
    """Ready only with the database's shape that this version needs. A good answer counts a while: anybody may ask."""
    good_until = 0.0

    async def check() -> None:
        nonlocal good_until
        if monotonic() < good_until:
            return
        found = await asyncio.to_thread(schema_version, settings.database_url or "")
        if found != newest_version():
            raise DeskError(f"The database is at version {found or 'none'}, not {newest_version()}.")
        good_until = monotonic() + VERSION_COUNTS

    return check


@asynccontextmanager
async def _connector(settings: Settings) -> AsyncIterator[Connector]:
    # The Playground's Node.js closes what is idle for five seconds; a post that meets that moment may be lost.
    connector = Connector(
        _tokens(settings),
        hosts=None if settings.sandbox else settings.service_hosts,
        keepalive=4 if settings.sandbox else 30,
        trust_env=not settings.sandbox,
    )
    try:
        yield connector
    finally:
        await connector.aclose()


def _tokens(settings: Settings) -> TokenSource:
    if settings.sandbox:
        return NoToken()
    return AppTokens(
        app_id=settings.app_id or "",
        tenant_id=settings.tenant_id,
        credential=settings.app_secret or "",
        authority=settings.authority,
    )
