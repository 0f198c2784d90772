"""Where everything meets. The only module that knows every other: read it from top to bottom."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from aiohttp import web

from bot.channel.connector import Connector
from bot.crowds import crowd_work, talk_of_crowds
from bot.departures import departures
from bot.desk_calls import ROUTE, DeskCalls
from bot.desks import carrying
from bot.desks import named as desks_of
from bot.duty import Duty
from bot.endpoints import web_app
from bot.file_offers import FileOffers
from bot.groups import group_telling, talk_of_groups
from bot.helpdesk import Unkept, helpdesk_work, talk_of_duty
from bot.jobs import failures_feature, jobs_feature, rehearsed_jobs
from bot.message_action import MessageAction
from bot.news import Telling as NewsTelling
from bot.news import news_work, place_of
from bot.outbox import Outbox
from bot.outside import clock_of, connector_of, door_of, graph_of, measured, version_check
from bot.proactive import Proactive
from bot.question import Questions, Rehearsal
from bot.sender import NewThreads, Sender
from bot.settings import Settings
from bot.telling import Telling
from bot.turns import Turns
from bot.watches import talk_of_watches, watch_work
from bot.weekly import weekly
from bot.whereabouts import Whereabouts
from bot.work import Shown, Work, background, redraw_later
from dialogs.audit import audit_feature
from dialogs.duty import DutyDesk
from dialogs.feature import Feature
from dialogs.fill_in import fill_in_feature
from dialogs.memory import VERSION
from dialogs.news import NewsDesk
from dialogs.numbers import numbers
from dialogs.redraw import Redraw
from dialogs.root import Conversations
from dialogs.status import Status
from provisioning.casework.app_looks import AppLooks
from provisioning.casework.calls import Calls
from provisioning.casework.inquiries import Inquiries
from provisioning.casework.mending import Mending
from provisioning.casework.promises import Promises
from provisioning.casework.tickets import Tickets
from provisioning.casework.watching import Watching
from provisioning.errors import DeskError
from provisioning.graph import credentials as sign_in
from provisioning.graph.client import GraphClient
from provisioning.graph.job_levers import GraphJobLevers
from provisioning.graph.levers import GraphLevers
from provisioning.graph.pen import GraphPen
from provisioning.graph.reader import GraphReader
from provisioning.model import Actor
from provisioning.ports import Books
from provisioning.store.belonging import belong
from provisioning.store.books import PostgresBooks
from provisioning.store.crowds import PostgresCrowds
from provisioning.store.database import Pool, open_database
from provisioning.store.figures import PostgresFigures
from provisioning.store.groups import PostgresGroups
from provisioning.store.history import PostgresHistory
from provisioning.store.orders import PostgresOrders
from provisioning.store.pace import PostgresPace
from provisioning.store.post import PostgresPost
from provisioning.store.queue import Queue
from provisioning.store.roster import PostgresRoster
from provisioning.store.watches import PostgresWatches
from provisioning.store.watching import PostgresWatching


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What everything else stands on: the tenant, the database, the channel. ``stored`` False: nothing is kept."""

    settings: Settings
    pool: Pool
    graph: GraphClient
    reader: GraphReader
    queue: Queue
    kept: PostgresBooks
    books: Books  # the same, or their rehearsal
    outbox: Outbox
    connector: Connector
    sender: Sender
    proactive: Proactive
    whereabouts: Whereabouts
    offers: FileOffers | None
    stored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cases:
    """The use cases around one person and one app, what humans owe, and what is news about apps."""

    inquiries: Inquiries
    promises: Promises
    tickets: Tickets
    mending: Mending
    looks: AppLooks
    watching: Watching


@asynccontextmanager
async def service(settings: Settings, *, alone: bool = False) -> AsyncIterator[Service]:
    """Open everything that a desk is made of, work in the background while the block runs, close it in reverse.

    ``alone``: no other service uses this database, so what a killed one left is taken over at once. Raises DeskError
    when there is no database address, TryLaterError when the database does not answer.
    """
    async with AsyncExitStack() as stack:
        ground = await _ground(stack, settings, stored=True, alone=alone)
        cases = _cases(ground)
        features = (*_talks(ground, cases), *_kept_jobs(ground, cases), *_meanwhile(ground, cases))
        redraw = Redraw(ground.books, features)
        telling = Telling(
            books=ground.books,
            tickets=cases.tickets,
            proactive=ground.proactive,
            whereabouts=ground.whereabouts,
            redraw=redraw,
        )
        features = (*features, _helpdesk(ground, cases, telling))
        turns = _turns(ground, cases, _conversations(ground, cases, Rooms(ground.proactive, telling), features))
        shown = Shown(proactive=ground.proactive, redraw=redraw, mending=cases.mending)
        _register(ground.queue, background(shown, telling, cases.promises, features), features)

        door = await stack.enter_async_context(door_of(settings))
        await ground.sender.start()
        stack.push_async_callback(ground.sender.stop)
        await turns.start()
        stack.push_async_callback(turns.stop)
        await stack.enter_async_context(ground.queue.working())
        post = PostgresPost(ground.pool)
        await stack.enter_async_context(carrying(settings, post=post, books=ground.books))
        checks = {"database": turns.check, "version": version_check(settings)}
        web_side = web_app(door=door, receiver=turns, checks=checks, strangers=settings.sandbox)
        calls = Calls(tickets=cases.tickets, books=ground.books, post=post)
        web_side.router.add_route("*", ROUTE, DeskCalls(secrets=settings.callback_secrets(), calls=calls, now=post.now))
        await stack.enter_async_context(measured(web_side, PostgresFigures(ground.pool), settings))
        yield Service(web=web_side, proactive=ground.proactive, reader=ground.reader)


@asynccontextmanager
async def questions(settings: Settings, *, act: bool = False) -> AsyncIterator[Questions]:
    """A desk that only answers: no door, nothing sent, no background work. ``act``: store a ticket that is opened.

    Raises as ``service``.
    """
    async with AsyncExitStack() as stack:
        ground = await _ground(stack, settings, stored=act)
        cases = _cases(ground)
        features = (*_talks(ground, cases), *_rehearsed_jobs(ground))
        conversations = _conversations(ground, cases, ground.proactive, features)
        yield Questions(tenant=ground.reader, graph=ground.graph, conversations=conversations)


async def _ground(stack: AsyncExitStack, settings: Settings, *, stored: bool, alone: bool = False) -> _Ground:
    if settings.database_url is None:
        raise DeskError("There is no database address.")
    pool = await stack.enter_async_context(open_database(settings.database_url))
    if stored:  # else it does not matter whose memory this is
        await belong(pool, tenant_id=settings.tenant_id, sandbox=settings.sandbox)
    graph = await stack.enter_async_context(graph_of(settings))
    queue = Queue(pool, concurrency=settings.workers, alone=alone)
    kept = PostgresBooks(pool, queue, desks=desks_of(settings))
    connector = await stack.enter_async_context(connector_of(settings))
    outbox = Outbox(pool)
    stack.push_async_callback(outbox.lanes.aclose)
    left = stack.enter_context(departures(settings.database_url, outbox.me)) if stored else None
    threads: NewThreads = "post" if settings.sandbox else "create"
    sender = Sender(outbox, connector, new_threads=threads, redraw_later=redraw_later(queue), departures=left)
    proactive = Proactive(pool=pool, outbox=outbox, sender=sender)
    reader = GraphReader(graph, agents_group=settings.agents_group, admins_group=settings.admins_group)
    offers = FileOffers(pool=pool, outbox=outbox, sender=sender, queue=queue, reader=reader)
    return _Ground(
        settings=settings,
        pool=pool,
        graph=graph,
        reader=reader,
        queue=queue,
        kept=kept,
        books=kept if stored else Rehearsal(kept),
        outbox=outbox,
        connector=connector,
        sender=sender,
        proactive=proactive,
        whereabouts=Whereabouts(pool, proactive),
        offers=offers if stored and settings.gives_files else None,
        stored=stored,
    )


def _cases(ground: _Ground) -> _Cases:
    reader, books, policy = ground.reader, ground.books, ground.settings.fill_in
    pool, queue, stored = ground.pool, ground.queue, ground.stored
    tickets = Tickets(books=books, clock=clock_of(ground.graph))
    told, course = PostgresWatching(pool, queue), PostgresHistory(pool)
    looks = AppLooks(reader=reader, books=told, course=course, written=PostgresOrders(pool, queue), stored=stored)
    return _Cases(
        inquiries=Inquiries(tenant=reader, books=books, policy=policy, history=course),
        promises=Promises(
            tenant=reader,
            levers=GraphLevers(ground.graph),
            books=books,
            pace=PostgresPace(pool),
            pen=GraphPen(ground.graph),
            policy=policy,
        ),
        tickets=tickets,
        mending=Mending(tenant=reader, books=books, tickets=tickets, close_after=ground.settings.close_mended_after),
        looks=looks,
        watching=Watching(reader=reader, books=told, looks=looks, stored=stored),
    )


def _talks(ground: _Ground, cases: _Cases) -> tuple[Feature, ...]:
    """What can be talked about everywhere, at the command line, too."""
    pool, queue, reader, stored = ground.pool, ground.queue, ground.reader, ground.stored
    groups = PostgresGroups(pool, queue, stored=stored)
    lists, watches = PostgresCrowds(pool, queue), PostgresWatches(pool, queue)
    roster, routes = PostgresRoster(pool), ground.whereabouts
    unkept = Unkept(roster, routes)
    duty = DutyDesk(
        tenant=reader,
        roster=roster if stored else unkept,
        routes=routes if stored else unkept,
        zone=ground.settings.timezone,
    )
    news = NewsDesk(tenant=reader, watching=cases.watching, place_of=place_of)
    return (
        talk_of_groups(books=groups, reader=reader, levers=GraphLevers(ground.graph), pace=PostgresPace(pool)),
        talk_of_crowds(books=lists, reader=reader, tickets=cases.tickets, stored=stored, offers=ground.offers),
        talk_of_watches(
            books=watches, reader=reader, inquiries=cases.inquiries, shelf=ground.books, news=news, stored=stored
        ),
        news.feature(),
        talk_of_duty(duty),
        numbers(PostgresFigures(pool)),
        audit_feature(reader, ground.kept, Status(reader, cases.inquiries)),
    )


def _kept_jobs(ground: _Ground, cases: _Cases) -> tuple[Feature, ...]:
    """Jobs and who fails in them, as the desk has come to know them."""
    pool, queue, reader, settings = ground.pool, ground.queue, ground.reader, ground.settings
    return (
        jobs_feature(
            pool=pool,
            queue=queue,
            reader=reader,
            levers=GraphJobLevers(ground.graph),
            two_admins=settings.two_admins,
            every=timedelta(seconds=settings.look_every),
            further=cases.looks.look,
        ),
        failures_feature(
            pool=pool,
            queue=queue,
            reader=reader,
            lists=PostgresCrowds(pool, queue),
            keep_days=settings.keep_failures_days,
        ),
    )


def _rehearsed_jobs(ground: _Ground) -> Sequence[Feature]:
    """The same for one question, which leaves no trace: without any memory."""
    lists = PostgresCrowds(ground.pool, ground.queue)
    return rehearsed_jobs(reader=ground.reader, levers=GraphJobLevers(ground.graph), lists=lists)


def _meanwhile(ground: _Ground, cases: _Cases) -> tuple[Feature, ...]:
    """What goes on while nobody says anything, and what is told of it."""
    pool, queue, reader, settings = ground.pool, ground.queue, ground.reader, ground.settings
    proactive, told = ground.proactive, PostgresWatching(pool, queue)
    telling = NewsTelling(
        books=told,
        watching=cases.watching,
        proactive=proactive,
        zone=settings.timezone,
        quiet_hours=settings.quiet_hours,
        clock=cases.tickets.now,
    )
    levers, pace, lists = GraphLevers(ground.graph), PostgresPace(pool), PostgresCrowds(pool, queue)
    return (
        fill_in_feature(cases.promises, ground.books, settings.fill_in),
        group_telling(books=PostgresGroups(pool, queue), proactive=proactive),
        crowd_work(books=lists, reader=reader, levers=levers, pace=pace, proactive=proactive),
        watch_work(books=PostgresWatches(pool, queue), reader=reader, proactive=proactive),
        news_work(telling, told),
        weekly(figures=PostgresFigures(pool), proactive=proactive),
    )


def _helpdesk(ground: _Ground, cases: _Cases, telling: Telling) -> Feature:
    settings = ground.settings
    duty = Duty(
        books=ground.kept,
        roster=PostgresRoster(ground.pool),
        proactive=ground.proactive,
        whereabouts=ground.whereabouts,
        zone=settings.timezone,
        quiet_hours=settings.quiet_hours,
        clock=cases.tickets.now,
    )
    return helpdesk_work(telling=telling, mending=cases.mending, duty=duty)


def _conversations(
    ground: _Ground, cases: _Cases, rooms: Rooms | Proactive, features: Sequence[Feature]
) -> Conversations:
    return Conversations(
        tenant=ground.reader,
        inquiries=cases.inquiries,
        promises=cases.promises,
        tickets=cases.tickets,
        rooms=rooms,
        shelf=ground.books,
        features=features,
    )


def _turns(ground: _Ground, cases: _Cases, conversations: Conversations) -> Turns:
    action = MessageAction(
        reader=ground.reader, tickets=cases.tickets, whereabouts=ground.whereabouts, proactive=ground.proactive
    )
    return Turns(
        pool=ground.pool,
        outbox=ground.outbox,
        sender=ground.sender,
        connector=ground.connector,
        reader=ground.reader,
        conversations=conversations,
        dialogs_version=str(VERSION),
        redraw_later=redraw_later(ground.queue),
        whereabouts=ground.whereabouts,
        invokes={**action.handlers, **(ground.offers.handlers if ground.offers else {})},
        warm_up=partial(_warm_up, conversations),
    )


def _warm_up(conversations: Conversations) -> None:
    conversations.warm()
    sign_in.warm()


def _register(queue: Queue, work: Mapping[str, Work], features: Sequence[Feature]) -> None:
    for name, one in work.items():
        queue.register(name, one)
    for feature in features:
        for name, (every, one) in feature.rounds.items():
            queue.go_round(name, one, every=every)
