"""Looking at apps in rounds: what is seen of each job, what of that is news, and to whom it is owed.

A round keeps what it knows by the version that it read, and news under a name of their own: of two replicas one
writes, and a round that is killed is made again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from provisioning.casework.records import SHOW
from provisioning.errors import DeskError
from provisioning.failing import Happening
from provisioning.model import App, Job, JobState, Schema
from provisioning.ports import TenantReader
from provisioning.watching.failures import WINDOW, WINDOWS
from provisioning.watching.looking import look
from provisioning.watching.news import Known, News, Phase, Sight, Topic
from provisioning.watching.ports import Course, NewsBooks, NewsLedger, Sights, Written

EACH = {  # between two readings of what is not read in every round, tried or done
    "pulse": timedelta(hours=1),  # the log takes five reads in ten seconds, for everybody
    "schema": timedelta(hours=1),
    "credentials": timedelta(hours=12),
}
MOST = 10  # apps in one round of which something is read; whose turn was longest ago comes first
LOG_PACE = 4.0  # s between two of them, so that others can read the log meanwhile
T = TypeVar("T")

_log = logging.getLogger(__name__)


class Reader(TenantReader, Sights, Protocol):
    """What is read."""


class AppLooks:
    """The rounds. ``stored`` False: nothing is kept."""

    def __init__(
        self,
        *,
        reader: Reader,
        books: NewsBooks,
        course: Course,
        written: Written,
        stored: bool = True,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._reader = reader
        self._books = books
        self._course = course
        self._written = written
        self._stored = stored
        self._sleep = sleep

    async def look(self, jobs: Sequence[tuple[App, Job]], now: datetime) -> None:
        """One round over jobs as they were at ``now``. Safe to run again at any point, and by two at once."""
        known = await self._books.known([app.id for app, _job in jobs])
        watched = await self._books.watched([app.id for app, _job in jobs])
        turns = _turns([app.id for app, _job in jobs if app.id in watched], known, now)
        for number, (app, job) in enumerate(sorted(jobs, key=lambda one: one[0].id not in turns)):
            if 0 < number < len(turns):
                await self._sleep(LOG_PACE)
            seen = Sight(as_of=now, app=app, job=job)
            if app.id in watched:
                seen = await self._further(seen, known.get(app.id), turns.get(app.id, ()))
            await self._judge(seen, known.get(app.id), turns.get(app.id, ()))

    async def look_now(self, app: App) -> Sight | None:
        """See ``Looks``."""
        job = await self._reader.job(app)
        if job is None or job.state is JobState.NOT_CONFIGURED:
            return None
        known = (await self._books.known([app.id])).get(app.id)
        seen = Sight(as_of=await self._reader.now(), app=app, job=job)
        seen = await self._further(seen, known, tuple(EACH))
        await self._judge(seen, known, tuple(EACH))
        return seen

    async def _further(self, seen: Sight, known: Known | None, turn: Sequence[str]) -> Sight:
        """What is looked at where somebody wants to know; what cannot be read now stays unknown."""
        app, job = seen.app, seen.job
        windows = await self._course.windows(app.id, job.id, until=seen.as_of, length=WINDOW, most=WINDOWS)
        running = job.state is JobState.ACTIVE
        pulse, credentials, schema = await asyncio.gather(
            _if("pulse" in turn and running, self._reader.pulse(app)),
            _if("credentials" in turn, self._reader.credentials(app)),
            _if("schema" in turn, self._reader.schema(app, job.id)),
        )
        seen = replace(seen, windows=tuple(windows), pulse=pulse, credentials=credentials)
        return await self._with_schema(seen, known, *schema) if schema else seen

    async def _with_schema(self, seen: Sight, known: Known | None, schema: Schema, fingerprint: str) -> Sight:
        if self._stored:
            await self._course.schema_seen(seen.app.id, seen.job.id, fingerprint, seen.as_of)
        ours = False
        if known is not None and known.schema is not None and known.schema != schema:
            ours = any(order.print_after == fingerprint for order in await self._written.of_app(seen.app.id))
        return replace(seen, schema=schema, ours=ours)

    async def _judge(self, seen: Sight, known: Known | None, turn: Sequence[str]) -> None:
        after, found = look(known, seen)
        after = replace(after, read={**after.read, **dict.fromkeys(turn, seen.as_of)})
        news = [await self._with_author(one, known) if one.topic is Topic.MAPPINGS else one for one in found]
        if after == known or not self._stored:
            return
        async with self._books.transaction() as ledger:
            if not await ledger.save_known(after):
                _log.info("another round has looked at an app meanwhile")
                return
            for one in news:
                await _owe(ledger, one)

    async def _with_author(self, news: News, known: Known | None) -> News:
        """Who changed it, where the audit log shows that by now."""
        since = known.read.get("schema") if known else None
        if since is None:
            return news
        done = [one for one in await _or_none(self._reader.happenings(news.app, since=since)) or () if _changes(one)]
        who = ", ".join(dict.fromkeys(one.by for one in done if one.by))
        return replace(news, facts={"by": who, "changed": done[0].at.isoformat()}) if who else news


def _changes(happening: Happening) -> bool:
    return any(word in happening.what.casefold() for word in ("mapping", "scope"))


def _turns(app_ids: Sequence[str], known: Mapping[str, Known], now: datetime) -> Mapping[str, tuple[str, ...]]:
    """What is read of which apps in this round."""
    first = datetime.min.replace(tzinfo=UTC)
    waiting: dict[str, tuple[str, ...]] = {}
    since: dict[str, datetime] = {}
    for app_id in app_ids:
        read = known[app_id].read if app_id in known else {}
        due = tuple(what for what, each in EACH.items() if now - read.get(what, first) >= each)
        if due:
            waiting[app_id], since[app_id] = due, min(read.get(what, first) for what in due)
    chosen = sorted(waiting, key=lambda app_id: (since[app_id], app_id))[:MOST]
    return {app_id: waiting[app_id] for app_id in chosen}


async def _or_none(question: Awaitable[T]) -> T | None:
    try:
        return await question
    except DeskError as no:
        _log.info("something of a watched app cannot be read: %s", no)
        return None


async def _if(wanted: bool, question: Coroutine[Any, Any, T]) -> T | None:
    if wanted:
        return await _or_none(question)
    question.close()
    return None


async def _owe(ledger: NewsLedger, news: News) -> None:
    """Keep it, owe it, and let the cards of a trouble say when it is over."""
    places = await ledger.add_news(news)
    if news.phase is Phase.OVER:
        for number in await ledger.begun(news):
            for place in places:
                await ledger.defer(SHOW, about=f"news:{number}:{place}")
