"""Watching: what somebody wants to be told, looked for in rounds, told once where it was asked.

People watch themselves and their own tickets, agents everybody's and crowds; the right is looked at again before
anything is told. A round goes over all watches together: fifteen people share one read of the log, every app's job is
read once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from provisioning.casework.records import SHOW
from provisioning.crowds import OVER, Crowd
from provisioning.diagnosis import diagnose, is_in_the_app
from provisioning.errors import DeskError, NotAllowedError, NotThereError, TryLaterError
from provisioning.model import Actor, App, Diagnosis, Job
from provisioning.permissions import may_ask, may_provision, may_see
from provisioning.tickets import Ticket
from provisioning.watch_ports import WatchBooks, WatchLedger, WatchReader
from provisioning.watches import USUAL, Watch, Watched, WatchKind, WatchState, arrival, runs_well, turned

TELL_WATCH = "tell_watch"  # the name of the background work that says what became of a watch
HANDFUL = 15  # people in one read of the log
A_ROUND = 120  # watches that one round looks at
LOG_PACE = 4.0  # s between two reads of the log: Graph lets it be read five times in ten, and others ask as well

_log = logging.getLogger(__name__)


class Watches:
    """What people want to be told. ``stored`` False: nothing is kept."""

    def __init__(
        self,
        *,
        reader: WatchReader,
        books: WatchBooks,
        stored: bool = True,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._reader = reader
        self._books = books
        self._stored = stored
        self._sleep = sleep

    async def person(
        self, actor: Actor, person_id: str, app: App, *, origin: str, length: timedelta = USUAL
    ) -> Watch | Diagnosis:
        """Watch for somebody's arrival; today's answer instead, where that is that they are there.

        NotAllowedError unless the actor may ask about this person.
        """
        if not may_ask(actor, person_id):
            raise NotAllowedError("Only the helpdesk may ask about somebody else.")
        seen = await self._reader.evidence(person_id, app)
        diagnosis = diagnose(seen)
        if is_in_the_app(diagnosis):
            return diagnosis
        who = Watched(id=seen.person.id, name=seen.person.name or seen.person.upn, upn=seen.person.upn)
        return await self._open(WatchKind.ARRIVED, actor, seen.app, who, origin, seen.as_of, length)

    async def job(self, actor: Actor, app: App, *, origin: str, length: timedelta = USUAL) -> Watch:
        """Watch a job: for its recovery while it does not run well, else for the day when it does not any more."""
        job, now = await self._reader.job(app), await self._reader.now()
        kind = WatchKind.ILL if runs_well(job) else WatchKind.WELL
        return await self._open(kind, actor, app, None, origin, now, length)

    async def ticket(self, actor: Actor, number: int, *, origin: str, length: timedelta = USUAL) -> Watch | Ticket:
        """Watch for the end of a ticket; the ticket itself, where it is closed.

        NotThereError for one that the actor may not see, as for one that does not exist.
        """
        ticket = await self._ticket(number)
        if not may_see(actor, ticket):
            raise NotThereError(f"There is no ticket SD-{number}.")
        if not ticket.is_open:
            return ticket
        now = await self._reader.now()
        return await self._open(WatchKind.CLOSED, actor, None, None, origin, now, length, ticket=number)

    async def crowd(self, actor: Actor, number: int, *, origin: str, length: timedelta = USUAL) -> Watch | Crowd:
        """Watch for the end of a crowd; the crowd itself, where it is over.

        NotAllowedError unless the actor may see crowds, NotThereError without such a crowd.
        """
        if not may_provision(actor):
            raise NotAllowedError("Only the helpdesk may provision.")
        crowd = await self._books.read_crowd(number)
        if crowd.state in OVER:
            return crowd
        now = await self._reader.now()
        return await self._open(WatchKind.ENDED, actor, None, None, origin, now, length, crowd=number)

    async def mine(self, actor: Actor) -> Sequence[Watch]:
        """What is watched for somebody, oldest first."""
        return await self._books.mine(actor.id)

    async def read(self, number: int) -> Watch:
        """One watch. NotThereError."""
        return await self._books.read_watch(number)

    async def cancel(self, actor: Actor, number: int, version: int | None = None) -> Watch:
        """Stop watching; only whoever wished for it may. One that has ended comes back as it is."""
        async with self._books.transaction() as ledger:
            watch = await ledger.watch(number)
            if watch.actor.id != actor.id:
                raise NotThereError(f"There is no watch W-{number}.")  # somebody else's and none sound alike
            if watch.state is not WatchState.OPEN or version not in {None, watch.version}:
                return watch
            return await _record(ledger, replace(watch, state=WatchState.CANCELLED), "cancelled", actor)

    async def again(
        self, actor: Actor, number: int, version: int, *, origin: str
    ) -> Watch | Diagnosis | Ticket | Crowd:
        """Watch once more what has expired."""
        watch = await self._books.read_watch(number)
        if watch.actor.id != actor.id:
            raise NotThereError(f"There is no watch W-{number}.")
        if watch.state is not WatchState.EXPIRED or watch.version != version:
            return watch
        if watch.ticket:
            return await self.ticket(actor, watch.ticket, origin=origin)
        if watch.crowd:
            return await self.crowd(actor, watch.crowd, origin=origin)
        if watch.person is None:
            return await self.job(actor, _app_of(watch), origin=origin)
        return await self.person(actor, watch.person.id, _app_of(watch), origin=origin)

    async def look(self) -> None:
        """One round: what has happened is told, what took too long ends. Safe to run again at any point."""
        for watch in await self._books.overdue():
            await self._end(watch, WatchState.EXPIRED)
        due = [watch for watch in await self._books.due(A_ROUND) if watch.state is WatchState.OPEN]
        await self._look_at_tickets([watch for watch in due if watch.ticket])
        await self._look_at_crowds([watch for watch in due if watch.crowd])
        await self._look_at_jobs([watch for watch in due if watch.kind in {WatchKind.WELL, WatchKind.ILL}])
        await self._look_for_people([watch for watch in due if watch.person is not None])

    async def _look_at_tickets(self, watches: Sequence[Watch]) -> None:
        for watch in watches:
            ticket = await self._ticket(watch.ticket)
            if not ticket.is_open:
                await self._end(watch, WatchState.MET, met_at=ticket.closed or ticket.updated)

    async def _look_at_crowds(self, watches: Sequence[Watch]) -> None:
        for watch in watches:
            crowd = await self._books.read_crowd(watch.crowd)
            if crowd.state in OVER:
                met_at = crowd.ended or await self._reader.now()
                await self._end(watch, WatchState.MET, met_at=met_at, proof=crowd.state.value)

    async def _ticket(self, number: int) -> Ticket:
        async with self._books.transaction() as ledger:
            return await ledger.ticket(number)

    async def _look_at_jobs(self, watches: Sequence[Watch]) -> None:
        apps = {app.id: app for app in map(_app_of, watches)}
        jobs = await self._reader.jobs(list(apps.values())) if apps else {}
        for watch in watches:
            job = jobs.get(_app_of(watch).id)
            if isinstance(job, DeskError):
                continue  # not known is neither well nor ill
            await self._turned(watch, job)

    async def _turned(self, watch: Watch, job: Job | None) -> None:
        found = turned(watch.kind, job, watch.since)
        if found is not None:
            at, cycle = found
            await self._end(watch, WatchState.MET, met_at=at or await self._reader.now(), proof=cycle)

    async def _look_for_people(self, watches: Sequence[Watch]) -> None:
        for number, (app, some) in enumerate(_handfuls(watches)):
            if number:
                await self._sleep(LOG_PACE)
            since = min(watch.since for watch in some)
            try:
                rows = await self._reader.logs([_person_of(watch).id for watch in some], app, since=since)
            except TryLaterError as busy:
                _log.info("a look for watched people has to wait: %s", busy)
                return
            except DeskError as no:
                _log.warning("watched people cannot be looked for: %s", no)
                continue
            for watch in some:
                row = arrival(rows.get(_person_of(watch).id, ()), watch.since)
                if row is not None:
                    await self._end(watch, WatchState.MET, met_at=row.at, proof=row.id)

    async def _end(self, watch: Watch, state: WatchState, *, met_at: datetime | None = None, proof: str = "") -> None:
        """Write how it ended, once, and queue the telling; whoever may not know any more is not told."""
        if not await self._may_know(watch):
            state, met_at, proof = WatchState.CANCELLED, None, ""
        async with self._books.transaction() as ledger:
            current = await ledger.watch(watch.number)
            if current.state is not WatchState.OPEN or current.version != watch.version:
                return
            ended = replace(current, state=state, met_at=met_at, proof=proof)
            await _record(ledger, ended, state.value, watch.actor)
            if state is not WatchState.CANCELLED:
                await ledger.defer(TELL_WATCH, number=watch.number)

    async def _may_know(self, watch: Watch) -> bool:
        if watch.kind in {WatchKind.WELL, WatchKind.ILL}:
            return True
        try:
            actor = await self._reader.actor(watch.actor.id)
            if watch.crowd:
                return may_provision(actor)
            if watch.person is None:
                return may_see(actor, await self._ticket(watch.ticket))
            return may_ask(actor, watch.person.id)
        except NotThereError:
            return False

    async def _open(
        self,
        kind: WatchKind,
        actor: Actor,
        app: App | None,
        who: Watched | None,
        origin: str,
        since: datetime,
        length: timedelta,
        *,
        ticket: int = 0,
        crowd: int = 0,
    ) -> Watch:
        watch = Watch(
            number=0,
            version=0,
            kind=kind,
            state=WatchState.OPEN,
            actor=actor,
            origin=origin,
            app=app,
            since=since,
            created=since,
            expires=since + length,
            person=who,
            ticket=ticket,
            crowd=crowd,
        )
        if not self._stored:
            return watch
        async with self._books.transaction() as ledger:
            expires = await ledger.now() + length
            kept, new = await ledger.add_watch(replace(watch, expires=expires))
            if new:
                await _note(ledger, kept, "watching", actor)
                return kept
            if expires > kept.expires:
                return await _record(ledger, replace(kept, expires=expires), "watching longer", actor)
            return kept


def _handfuls(watches: Sequence[Watch]) -> Iterator[tuple[App, Sequence[Watch]]]:
    """People of the same app, a few at a time; one person whom several wait for is one of them."""
    by_app: dict[str, list[Watch]] = {}
    for watch in watches:
        by_app.setdefault(_app_of(watch).id, []).append(watch)
    for some in by_app.values():
        for start in range(0, len(some), HANDFUL):
            yield _app_of(some[0]), some[start : start + HANDFUL]


def _app_of(watch: Watch) -> App:
    assert watch.app is not None, "tickets and crowds are looked at elsewhere"
    return watch.app


def _person_of(watch: Watch) -> Watched:
    assert watch.person is not None, "jobs and tickets are looked at elsewhere"
    return watch.person


async def _record(ledger: WatchLedger, watch: Watch, what: str, by: Actor) -> Watch:
    saved = await ledger.save_watch(watch)
    await _note(ledger, saved, what, by)
    await ledger.defer(SHOW, about=f"watch:{saved.number}")
    return saved


async def _note(ledger: WatchLedger, watch: Watch, what: str, by: Actor) -> None:
    facts = {"kind": watch.kind.value, "state": watch.state.value}
    facts |= {"app": watch.app.id} if watch.app else {}
    facts |= {"person": watch.person.id} if watch.person else {}
    facts |= {"ticket": str(watch.ticket)} if watch.ticket else {}
    facts |= {"crowd": str(watch.crowd)} if watch.crowd else {}
    await ledger.audit(what=what, by=by, about=f"watch:{watch.number}", facts=facts)
