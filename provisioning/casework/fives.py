"""A group's run on its way: five members a call, checked right before it as a single click is, followed to an end.

A process can die anywhere. Who is CALLING may have been called and is looked for in the log, never called again; who
is WAITING was not called. On-demand disables whoever is not assigned or not entitled, so whoever cannot be judged is
not called: while Graph is busy they wait, and after a while they are left out.
"""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from provisioning.attempts import LogEvent
from provisioning.cases import Refusal
from provisioning.casework.looking import LOOKING
from provisioning.casework.moves import SOONEST, pause
from provisioning.casework.records import SHOW
from provisioning.casework.refused import words_of
from provisioning.casework.seats import answered, settled
from provisioning.errors import (
    DeskError,
    NotAllowedError,
    NotThereError,
    RefusedError,
    TryLaterError,
    UncertainError,
)
from provisioning.evidence import Evidence
from provisioning.group_ports import GroupBooks, GroupLedger, GroupLevers, GroupReader
from provisioning.groups import (
    AT_ONCE,
    GroupRun,
    GroupSeen,
    RunState,
    Seat,
    SeatState,
    ended,
    hindrance_of,
    is_over,
    seated,
    without_waiting,
)
from provisioning.model import Actor, App
from provisioning.permissions import may_provision
from provisioning.ports import Pace
from provisioning.preflight import may_tell_later, refusal_for

RUN_GROUP = "run_group"  # the names of the background work
TOLD_GROUP = "tell_group"  # that a run is over, where it was wished for
HANDFUL = 15  # people in one read of the log
PATIENCE = timedelta(minutes=15)  # since the last call: how long members wait for a Graph too busy to judge them
_AGAIN = timedelta(seconds=10)
_SECOND = timedelta(seconds=1)


class Fives:
    """What the background does about the runs of groups."""

    def __init__(self, *, reader: GroupReader, levers: GroupLevers, books: GroupBooks, pace: Pace) -> None:
        self._reader = reader
        self._levers = levers
        self._books = books
        self._pace = pace

    async def step(self, run_id: str) -> None:
        """One step further from wherever it stands. Safe to run again at any point; raises TryLaterError."""
        run = await self._books.read_run(run_id)
        if run.state is not RunState.RUNNING:
            return
        if run.at(SeatState.CALLING):
            await self._look(run, SeatState.CALLING, SeatState.UNCERTAIN)
        elif run.at(SeatState.WAITING):
            await self._next_five(run)
        else:
            await self._look(run, SeatState.REPORTED, SeatState.REPORTED)

    # The next five

    async def _next_five(self, run: GroupRun) -> None:
        assert run.promised_by is not None
        if not await self._may_still(run.promised_by):
            await self._write(run, "stopped", halt=True, told=Refusal.NOT_AN_AGENT.value)
            return
        try:
            seen = await self._reader.group(run.seen.group, run.seen.app)
        except (NotAllowedError, NotThereError) as gone:  # trying again would not bring it back
            await self._write(run, "stopped", halt=True, told=words_of(gone))
            return
        if (no := hindrance_of(seen)) is not None:
            await self._write(run, "stopped", halt=True, hindrance=no[0], why=no[1])
            return
        members, waiting = {person_id for person_id, _name in seen.members}, run.at(SeatState.WAITING)
        gone_ones = [_left_out(seat, Refusal.LEFT_THE_GROUP) for seat in waiting if seat.person_id not in members]
        here = [seat for seat in waiting if seat.person_id in members]
        five = [*gone_ones, *await self._checked(run, here[:AT_ONCE])]
        if any(seat.state is SeatState.CALLING for seat in five):
            await self._call_in_turn(run, seen, five)
        elif five:
            await self._write(run, "left out", five, after=timedelta(0))
        else:
            await self._later(run, _AGAIN)

    async def _may_still(self, by: Actor) -> bool:
        try:
            return may_provision(await self._reader.actor(by.id))
        except NotThereError:  # the account itself is gone
            return False

    async def _checked(self, run: GroupRun, five: Sequence[Seat]) -> list[Seat]:
        """These as the check leaves them; whom Graph is too busy to tell of waits on, for a while."""
        by_id = {seat.person_id: seat for seat in five}
        checked = []
        async with aclosing(self._reader.census(list(by_id), run.seen.app)) as census:
            async for person_id, found in census:
                if not _is_for_later(found):
                    checked.append(_judged(by_id[person_id], found))
        unknown = [seat for seat in five if seat.person_id not in {one.person_id for one in checked}]
        since = run.called_at or run.promised_at or run.seen.as_of
        if unknown and await self._reader.now() - since >= PATIENCE:
            checked += [_left_out(seat, Refusal.NOT_READABLE) for seat in unknown]
        return checked

    async def _call_in_turn(self, run: GroupRun, seen: GroupSeen, five: Sequence[Seat]) -> None:
        turn = await self._pace.reserve(crowd=True)
        if not turn.ours or not await self._pace.reached(turn.at):
            await self._later(run, timedelta(seconds=turn.wait))
            return
        calling = await self._about_to_call(run, five)
        if calling is None:
            return
        going = calling.at(SeatState.CALLING)
        if going:
            await self._call(calling, seen, going)
        elif not is_over(calling):
            await self._later(calling, timedelta(0))

    async def _about_to_call(self, run: GroupRun, five: Sequence[Seat]) -> GroupRun | None:
        """Written right before the call, in the transaction that sees that nobody else has any of them in hand."""
        now = await self._reader.now()
        async with self._books.transaction() as ledger:
            current = await ledger.run(run.id)
            if current.state is not RunState.RUNNING:
                return None
            standing = _standing(run, current, five)
            if not standing:  # stopped meanwhile: what was called before is followed to an end
                await ledger.defer(RUN_GROUP, run_id=run.id)
                return None
            ordered = sorted(standing, key=lambda one: one.person_id)  # so that two groups never wait for each other
            seats = [await _free(ledger, seat, run.seen.app) for seat in ordered]
            going = any(seat.state is SeatState.CALLING for seat in seats)
            at = now if going else current.called_at
            moved = ended(replace(current, seats=seated(current.seats, seats), called_at=at))
            return await self._record(ledger, moved, "calling" if going else "left out", None)

    async def _call(self, run: GroupRun, seen: GroupSeen, going: Sequence[Seat]) -> None:
        assert seen.job is not None
        assert seen.rule_id is not None
        try:
            itself, members = await self._levers.provision_group(
                app=seen.app,
                job_id=seen.job.id,
                rule_id=seen.rule_id,
                group_id=seen.group.id,
                member_ids=[seat.person_id for seat in going],
            )
        except TryLaterError as busy:
            await self._pace.hold(busy.wait)
            back = [replace(seat, state=SeatState.WAITING) for seat in going]
            await self._write(run, "put back", back, after=timedelta(seconds=busy.wait), told=words_of(busy))
        except UncertainError:
            await self._later(run, SOONEST)
        except (NotAllowedError, RefusedError, NotThereError) as no:
            failed = [replace(seat, state=SeatState.FAILED, why=words_of(no)) for seat in going]
            await self._write(run, "stopped", failed, halt=True, told=words_of(no))
        else:
            told = [answered(seat, members.get(seat.person_id.lower())) for seat in going]
            await self._write(run, "answered", told, after=timedelta(0), itself=itself.verdict.value, told=None)

    # The log

    async def _look(self, run: GroupRun, state: SeatState, otherwise: SeatState) -> None:
        """Who is in ``state`` gets the end that the log shows; who has none after a while is left as ``otherwise``."""
        waiting = run.at(state)
        since = run.promised_at or run.seen.as_of
        rows = await self._rows([seat.person_id for seat in waiting], run.seen.app, since - _SECOND)
        now = await self._reader.now()
        ends = [end for seat in waiting if (end := settled(seat, rows.get(seat.person_id, ()), since))]
        age = now - (run.called_at or since)
        if len(ends) == len(waiting):
            await self._write(run, "seen in the log", ends, after=timedelta(0))
        elif age < LOOKING and ends:
            await self._write(run, "seen in the log", ends, after=pause(age))
        elif age < LOOKING:
            await self._later(run, pause(age))
        elif otherwise is state:  # reported by Microsoft, and never seen: said so, and over
            await self._write(run, "ended", ends, end=True)
        else:
            ids = {seat.person_id for seat in ends}
            lost = [replace(seat, state=otherwise) for seat in waiting if seat.person_id not in ids]
            await self._write(run, "uncertain", [*ends, *lost], after=timedelta(0))

    async def _rows(self, ids: Sequence[str], app: App, since: datetime) -> Mapping[str, Sequence[LogEvent]]:
        """A handful in each read; whom a busy Graph leaves out is looked for the next time."""
        rows: dict[str, Sequence[LogEvent]] = {}
        for start in range(0, len(ids), HANDFUL):
            try:
                rows |= await self._reader.logs(ids[start : start + HANDFUL], app, since=since)
            except (NotAllowedError, RefusedError):  # nothing is proven while the log may not be read; time ends it
                break
            except TryLaterError:
                if not rows:
                    raise
                break
        return rows

    # Writing

    async def _write(
        self,
        run: GroupRun,
        what: str,
        seats: Sequence[Seat] = (),
        *,
        after: timedelta = timedelta(0),
        halt: bool = False,
        end: bool = False,
        **changes: Any,
    ) -> None:
        """Change those members who still stand where ``run`` was read, and what belongs to the run as a whole.

        ``halt``: whoever waits is not called any more; ``end``: nobody is looked for any more.
        """
        async with self._books.transaction() as ledger:
            current = await ledger.run(run.id)
            standing = _standing(run, current, seats)
            if current.state is not RunState.RUNNING or (seats and not standing):
                return
            moved = replace(current, seats=seated(current.seats, standing), **changes)
            moved = without_waiting(moved) if halt or current.stopped_by else ended(moved)
            if end and not is_over(moved):
                moved = replace(moved, state=RunState.STOPPED if moved.at(SeatState.STOPPED) else RunState.ENDED)
            await self._record(ledger, moved, what, after)

    async def _record(self, ledger: GroupLedger, run: GroupRun, what: str, after: timedelta | None) -> GroupRun:
        """With its audit line, its drawing, and the work that follows ``after`` a while; None: the caller goes on."""
        saved = await ledger.save_run(run)
        by = saved.promised_by or saved.actor
        await ledger.audit(what=f"group: {what}", by=by, about=f"group:{run.id}", facts=facts_of(saved))
        await ledger.defer(SHOW, about=f"group:{run.id}")
        if is_over(saved):
            await ledger.defer(TOLD_GROUP, run_id=run.id)
        elif after is not None:
            await ledger.defer(RUN_GROUP, after=after, run_id=run.id)
        return saved

    async def _later(self, run: GroupRun, after: timedelta) -> None:
        async with self._books.transaction() as ledger:
            await ledger.defer(RUN_GROUP, after=after, run_id=run.id)


def facts_of(run: GroupRun) -> dict[str, str]:
    """What an audit line says of a run."""
    counts: Mapping[str, str] = {state.value: str(len(run.at(state))) for state in SeatState if run.at(state)}
    return {"group": run.seen.group.id, "app": run.seen.app.id, "state": run.state.value, **counts}


def _is_for_later(found: Evidence | DeskError) -> bool:
    return isinstance(found, TryLaterError) if isinstance(found, DeskError) else may_tell_later(found)


def _judged(seat: Seat, found: Evidence | DeskError) -> Seat:
    if isinstance(found, DeskError):
        gone = isinstance(found, NotThereError)
        return _left_out(seat, Refusal.NO_LONGER_THERE if gone else Refusal.NOT_READABLE)
    refusal = refusal_for(found)
    return _left_out(seat, refusal) if refusal else replace(seat, state=SeatState.CALLING)


def _left_out(seat: Seat, refusal: Refusal) -> Seat:
    return replace(seat, state=SeatState.LEFT_OUT, why=refusal.value)


async def _free(ledger: GroupLedger, seat: Seat, app: App) -> Seat:
    """Somebody whom a promise, a crowd or another group has in hand is left out, with the name of who has them."""
    if seat.state is not SeatState.CALLING:
        return seat
    holder = await ledger.held_by(seat.person_id, app.id)
    return seat if holder is None else replace(_left_out(seat, Refusal.ALREADY_RUNNING), told=holder)


def _standing(read: GroupRun, current: GroupRun, seats: Sequence[Seat]) -> list[Seat]:
    """Of the seats that would change those that nobody else has moved since ``read``."""
    then = {seat.person_id: seat.state for seat in read.seats}
    now = {seat.person_id: seat.state for seat in current.seats}
    return [seat for seat in seats if now.get(seat.person_id) is then.get(seat.person_id)]
