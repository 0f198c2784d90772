"""Carrying an order out, as a state machine on its row: write "about to", ask Graph, look, watch the next cycle.

A process can die at any point and its successor starts from the order alone:

* READING is ``studies``'s business.
* ORDERED: Graph was not asked. Check everything again, keep the schema of before, write ACTING, ask.
* ACTING: it may have been asked. Look what the job or its schema is like; ask again only what shows that it was not
  done and does no harm twice, else keep looking, and in the end say that nobody knows.
* WATCHING: Graph has it. Look until a cycle that began afterwards has ended.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from provisioning.casework.notes import note
from provisioning.casework.orders import PERFORM
from provisioning.errors import (
    DeskError,
    NotAllowedError,
    NotThereError,
    RefusedError,
    TryLaterError,
    UncertainError,
)
from provisioning.health import NO_PULSE
from provisioning.hindrances import MOVING, hindrance, is_another_reason, needs_a_check, to_confirm
from provisioning.history import History
from provisioning.model import Actor, Execution, Job, JobState
from provisioning.orders import RESETS, Hindrance, Order, OrderKind, OrderState
from provisioning.permissions import may_set_up
from provisioning.ports import JobLevers, JobReader, OrderBooks, OrderLedger, TenantReader
from provisioning.schemas import RawSchema, fingerprint, with_filter

PATIENCE = timedelta(minutes=15)  # how long an order waits for a Graph that is busy
LOOKING = timedelta(minutes=10)  # how long a successor looks for what it cannot repeat
WATCHING = timedelta(hours=48)  # how long the next cycle is waited for; one that looks at everybody can take days
_SOONEST, _LATEST = timedelta(seconds=5), timedelta(minutes=10)  # between two looks

_log = logging.getLogger(__name__)


class Tenant(TenantReader, JobReader, Protocol):
    """What is read before and after an act."""


class Performance:
    """What the background does about orders."""

    def __init__(self, *, tenant: Tenant, levers: JobLevers, books: OrderBooks, history: History) -> None:
        self._tenant = tenant
        self._levers = levers
        self._books = books
        self._history = history

    async def perform(self, order_id: str) -> None:
        """One step further. Raises what should be tried again while there is time."""
        try:
            order = await self._books.read(order_id)
        except NotThereError:
            _log.warning("work for an order that is gone", extra={"order": order_id})
            return
        try:
            await self._step(order)
        except Exception as problem:  # noqa: BLE001  an order must end some day, whatever is broken: it holds its app
            await self._give_up_in_time(order_id, problem)

    async def _step(self, order: Order) -> None:
        match order.state:
            case OrderState.ORDERED:
                await self._begin(order)
            case OrderState.ACTING:
                await self._look(order)
            case OrderState.WATCHING:
                await self._watch(order)

    async def look_now(self, order_id: str) -> Order:
        """As ``perform`` for an order that is watched, for somebody who presses *Refresh*; the order as it is then."""
        order = await self._books.read(order_id)
        if order.state is OrderState.WATCHING and (cycle := await self._next_cycle(order)) is not None:
            return await self._move(order, "order done", state=OrderState.DONE, after=cycle) or order
        return order

    # ORDERED

    async def _begin(self, order: Order) -> None:
        """Everything may have changed since the click: the role, the job, the schema."""
        now = await self._tenant.now()
        if now - _yes_at(order) >= PATIENCE:  # what was agreed to so long ago is not what anybody expects now
            await self._move(order, "order not done", state=OrderState.NOT_DONE, hindrance=Hindrance.BUSY)
            return
        job = await self._tenant.job(order.app)
        pulse = await self._tenant.pulse(order.app) if order.kind in MOVING else NO_PULSE
        asked = to_confirm(order, job, pulse) if is_another_reason(job, order.job) else ()
        if not all([await self._may_still(yes.by) for yes in order.agreed]):
            await self._refuse(order, Hindrance.NOT_AN_ADMIN)
        elif (against := hindrance(order, job, now, pulse)) is not None:
            await self._refuse(order, against)
        elif set(asked) - set(order.confirmed):
            await self._refuse(order, Hindrance.NOT_MENDED)
        elif job is not None and (not needs_a_check(order, job) or await self._connects(order, job)):
            await (self._save_schema(order, job) if order.changes_scope else self._pull(order, job))

    async def _may_still(self, admin: Actor) -> bool:
        try:
            return may_set_up(await self._tenant.actor(admin.id))
        except NotThereError:  # the account itself is gone
            return False

    async def _connects(self, order: Order, job: Job) -> bool:
        """Whether the app takes the saved credentials; the order ends where it does not."""
        try:
            await self._levers.check(order.app, job.id)
        except TryLaterError as busy:
            await self._put_back(order, busy)
        except UncertainError:
            await self._put_back(order, TryLaterError("The test of the credentials got no answer."))
        except (NotAllowedError, RefusedError, NotThereError) as no:
            await self._refuse(order, Hindrance.CREDENTIALS, told=_words(no))
        else:
            return True
        return False

    async def _pull(self, order: Order, job: Job) -> None:
        acting = await self._acting(order, job)
        if acting is not None:  # else another process was quicker
            await self._ask(acting, job.id, None)

    async def _save_schema(self, order: Order, job: Job) -> None:
        """Compare once more, keep what is there, and only then write the new one."""
        there = await self._levers.schema(order.app, job.id)
        if order.print_after is not None and fingerprint(there) == order.print_after:
            await self._taken(order)  # an earlier attempt, or somebody else, has done it already
            return
        if fingerprint(there) != order.print_before:
            await self._refuse(order, Hindrance.SCHEMA_CHANGED)
            return
        wanted = await self._wanted(order, there)
        if wanted is None:
            await self._refuse(order, Hindrance.NOT_KEPT)
            return
        after = fingerprint(wanted)
        acting = await self._acting(order, job, kept={"before": there, "after": wanted}, print_after=after)
        if acting is not None:
            await self._ask(acting, job.id, wanted)

    async def _wanted(self, order: Order, there: RawSchema) -> RawSchema | None:
        if order.kind is OrderKind.FILTER:
            assert order.study is not None
            return with_filter(there, order.study.offered)
        return await self._books.kept_schema(order.undoes or "", "before")

    async def _acting(
        self, order: Order, job: Job, *, kept: dict[str, RawSchema] | None = None, **changes: Any
    ) -> Order | None:
        """Write "about to", with the schemas that undo and a successor need in the same transaction."""
        at = await self._tenant.now()
        async with self._books.transaction() as ledger:
            current = await _same(ledger, order)
            if current is None:
                return None
            for which, schema in (kept or {}).items():
                await ledger.keep_schema(order.id, which, schema)
            told: dict[str, Any] = {"told": None, "hindrance": None, "job": job, **changes}
            acting = replace(current, state=OrderState.ACTING, acted_at=at, **told)
            return await note(ledger, acting, "about to act", _maker(order))

    async def _ask(self, order: Order, job_id: str, schema: RawSchema | None) -> None:
        """Ask Graph, once. Whatever is raised beyond the words of the levers leaves the order in ACTING."""
        try:
            await self._lever(order, job_id, schema)
        except TryLaterError as busy:
            await self._put_back(order, busy)
        except UncertainError:
            await self._later(order, _SOONEST)
        except (NotAllowedError, RefusedError, NotThereError) as no:
            await self._move(order, "order not done", state=OrderState.NOT_DONE, told=_words(no))
        else:
            await self._taken(order)

    async def _lever(self, order: Order, job_id: str, schema: RawSchema | None) -> None:
        match order.kind:
            case OrderKind.START:
                await self._levers.start(order.app, job_id)
            case OrderKind.PAUSE:
                await self._levers.pause(order.app, job_id)
            case OrderKind.RESTART:
                await self._levers.restart(order.app, job_id, RESETS[order.reset])
            case OrderKind.CHECK:
                await self._levers.check(order.app, job_id)
            case OrderKind.FILTER | OrderKind.UNDO:
                assert schema is not None
                await self._levers.save_schema(order.app, job_id, schema)

    async def _put_back(self, order: Order, busy: TryLaterError) -> None:
        """Nothing was done yet: the order waits again, unless it has waited long enough."""
        if await self._tenant.now() - _yes_at(order) >= PATIENCE:
            await self._move(
                order, "order not done", state=OrderState.NOT_DONE, hindrance=Hindrance.BUSY, told=_words(busy)
            )
            return
        async with self._books.transaction() as ledger:
            current = await _same(ledger, order)
            if current is not None:
                waiting = replace(current, state=OrderState.ORDERED, acted_at=None, told=_words(busy))
                await note(ledger, waiting, "order put back", _maker(order))
                await ledger.defer(PERFORM, after=timedelta(seconds=busy.wait), order_id=order.id)

    # ACTING

    async def _look(self, order: Order) -> None:
        """Somebody was about to ask and told nobody how it went."""
        job = await self._tenant.job(order.app)
        if job is None:
            await self._move(order, "order not done", state=OrderState.NOT_DONE, hindrance=Hindrance.NO_JOB)
            return
        shown = await self._shown(order, job)
        if shown is True:
            await self._taken(order)
        elif shown is False:
            await self._again(order)
        elif order.changes_scope:  # neither what was there nor what was wanted: somebody else has saved since
            against = Hindrance.SCHEMA_CHANGED
            await self._move(order, "order uncertain", state=OrderState.UNCERTAIN, hindrance=against)
        elif await self._tenant.now() - (order.acted_at or order.looked_at) < LOOKING:
            await self._later(order, _SOONEST)
        else:
            await self._move(order, "order uncertain", state=OrderState.UNCERTAIN)

    async def _shown(self, order: Order, job: Job) -> bool | None:
        """Whether the job shows that it was done; False: it shows that it was not; None: it does not show it."""
        match order.kind:
            case OrderKind.START if order.job and order.job.state is JobState.QUARANTINE:
                return True if job.state is not JobState.QUARANTINE else None
            case OrderKind.START:
                return job.state is not JobState.PAUSED and job.scheduled
            case OrderKind.PAUSE:
                return job.state is JobState.PAUSED or not job.scheduled
            case OrderKind.CHECK:
                return False  # it changes nothing: ask again
            case OrderKind.RESTART:
                return True if _began_anew(order, job) else None
            case OrderKind.FILTER | OrderKind.UNDO:
                there = fingerprint(await self._levers.schema(order.app, job.id))
                return {order.print_after: True, order.print_before: False}.get(there)

    async def _again(self, order: Order) -> None:
        """Nothing was done: back to the beginning, where everything is checked anew."""
        async with self._books.transaction() as ledger:
            current = await _same(ledger, order)
            if current is not None:
                back = replace(current, state=OrderState.ORDERED, acted_at=None)
                await note(ledger, back, "order not yet done", _maker(order), False)
                await ledger.defer(PERFORM, order_id=order.id)

    # WATCHING

    async def _taken(self, order: Order) -> None:
        """Graph has it. What starts cycles is watched until one has ended; the rest is done."""
        at = await self._tenant.now()
        if order.kind in {OrderKind.PAUSE, OrderKind.CHECK}:
            await self._move(order, "order done", state=OrderState.DONE, done_at=at)
            return
        async with self._books.transaction() as ledger:
            current = await _same(ledger, order)
            if current is None:
                return
            watching = replace(current, state=OrderState.WATCHING, done_at=at, told=None, hindrance=None)
            await note(ledger, watching, "order taken", _maker(order))
            if order.undoes:
                undone = await ledger.order(order.undoes)
                await note(ledger, replace(undone, undone_by=order.id), "undone", _maker(order))
            await ledger.defer(PERFORM, after=_SOONEST, order_id=order.id)

    async def _watch(self, order: Order) -> None:
        cycle = await self._next_cycle(order)
        since = await self._tenant.now() - (order.done_at or order.looked_at)
        if cycle is not None or since >= WATCHING:
            await self._move(order, "order done", state=OrderState.DONE, after=cycle)
        else:
            await self._later(order, min(max(since / 10, _SOONEST), _LATEST))

    async def _next_cycle(self, order: Order) -> Execution | None:
        """The first cycle that began after the act and has ended, if it can be seen already."""
        job = await self._tenant.job(order.app)
        if job is None:
            return None
        await self._history.observe([job])
        began = order.acted_at or order.looked_at
        seen = [*await self._history.cycles(order.app.id), *([job.last] if job.last else [])]
        fits = [cycle for cycle in seen if cycle.began and cycle.ended and cycle.began > began]
        return min(fits, key=lambda cycle: cycle.began or began, default=None)

    # Anywhere

    async def _give_up_in_time(self, order_id: str, problem: Exception) -> None:
        """End the order when its time has passed; before that, raise ``problem`` so that the queue comes again."""
        order = await self._books.read(order_id)  # it may have moved since the work on it began
        ends = {
            OrderState.ORDERED: (_yes_at(order), PATIENCE, OrderState.NOT_DONE),
            OrderState.ACTING: (order.acted_at or order.looked_at, PATIENCE + LOOKING, OrderState.UNCERTAIN),
            OrderState.WATCHING: (order.done_at or order.looked_at, WATCHING, OrderState.DONE),
        }
        if order.state not in ends:
            raise problem
        since, patience, end = ends[order.state]
        if await self._age(since) < patience:
            raise problem
        _log.error("an order is given up", exc_info=problem, extra={"order": order_id})
        told = _words(problem) if isinstance(problem, DeskError) else None
        against = Hindrance.BUSY if end is OrderState.NOT_DONE else None
        await self._move(order, f"order {end.value}", state=end, hindrance=against, told=told)

    async def _age(self, since: datetime) -> timedelta:
        """By Graph's clock; nothing is called old while that clock cannot be read."""
        try:
            return await self._tenant.now() - since
        except DeskError:
            return timedelta(0)

    async def _refuse(self, order: Order, against: Hindrance, *, told: str | None = None) -> None:
        await self._move(order, "order refused", state=OrderState.REFUSED, hindrance=against, told=told)

    async def _later(self, order: Order, after: timedelta) -> None:
        async with self._books.transaction() as ledger:
            await ledger.defer(PERFORM, after=after, order_id=order.id)

    async def _move(self, order: Order, what: str, **changes: Any) -> Order | None:
        """Change an order that still stands where it was read; None when somebody else has moved it since."""
        async with self._books.transaction() as ledger:
            current = await _same(ledger, order)
            return await note(ledger, replace(current, **changes), what, _maker(order)) if current else None


def _began_anew(order: Order, job: Job) -> bool:
    """Whether a restart shows: a cycle began after it, or the job has lost what the restart makes it forget."""
    acted, before = order.acted_at or order.looked_at, order.job
    if job.last and job.last.began and job.last.began > acted:
        return True
    if before is None:
        return False
    forgot = before.first_steady is not None and job.first_steady is None
    left = before.state is JobState.QUARANTINE and job.state is not JobState.QUARANTINE
    return forgot or left


async def _same(ledger: OrderLedger, order: Order) -> Order | None:
    """The order, locked, if nobody has written it since it was read."""
    current = await ledger.order(order.id)
    return current if current.version == order.version else None


def _yes_at(order: Order) -> datetime:
    return order.agreed[-1].at if order.agreed else order.looked_at


def _maker(order: Order) -> Actor:
    return order.agreed[-1].by if order.agreed else order.by


def _words(error: DeskError) -> str:
    code = getattr(error, "code", None)
    return f"{error.args[0]} ({code})" if code and code not in str(error.args[0]) else str(error.args[0])
