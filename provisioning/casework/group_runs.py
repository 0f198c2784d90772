"""Whole groups: looked at, promised with one click, carried out five members a call, each followed to an end.

A process can die anywhere. Who is CALLING may have been called and is looked for in the log, never called again; who
is WAITING was not called. Every call is checked right before it, because on-demand disables whoever is not assigned.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from provisioning.cases import Refusal
from provisioning.casework.looking import LOOKING
from provisioning.casework.moves import SOONEST, pause
from provisioning.casework.records import SHOW
from provisioning.casework.refused import words_of
from provisioning.casework.traces import arrived, in_sync, lacking
from provisioning.errors import (
    NotAllowedError,
    NotThereError,
    RefusedError,
    TryLaterError,
    UncertainError,
)
from provisioning.group_ports import GroupBooks, GroupLevers, GroupReader
from provisioning.groups import AT_ONCE, GroupRun, RunState, Seat, SeatState, hindrance_of, seated, seats_of
from provisioning.model import Actor, App, Group, LogEvent, OnDemandAnswer, Verdict
from provisioning.permissions import may_provision
from provisioning.ports import Pace
from provisioning.preflight import refusal_for

RUN_GROUP = "run_group"  # the name of the background work
HANDFUL = 15  # people in one read of the log
_SECOND = timedelta(seconds=1)


class GroupRuns:
    """What the desk does about groups."""

    def __init__(self, *, reader: GroupReader, levers: GroupLevers, books: GroupBooks, pace: Pace) -> None:
        self._reader = reader
        self._levers = levers
        self._books = books
        self._pace = pace

    async def open(self, actor: Actor, group: Group, app: App) -> GroupRun:
        """Look at a group and keep what was seen. NotAllowedError unless the actor may provision."""
        _allow(actor)
        seen = await self._reader.group(group, app)
        no = hindrance_of(seen)
        run = GroupRun(
            id=str(uuid4()),
            version=0,
            actor=actor,
            state=RunState.LOOKED,
            seen=seen,
            seats=seats_of(seen),
            hindrance=no[0] if no else None,
            why=no[1] if no else None,
        )
        async with self._books.transaction() as ledger:
            added = await ledger.add_run(run)
            await ledger.audit(what="looked at a group", by=actor, about=f"group:{added.id}", facts=_facts(added))
        return added

    async def read(self, run_id: str) -> GroupRun:
        """As it stands. NotThereError if there is none."""
        return await self._books.read_run(run_id)

    async def promise(self, actor: Actor, run_id: str, version: int) -> GroupRun:
        """Start it: everything is looked at again, then it is written with its work. On another version: as it is."""
        _allow(actor)
        run = await self._books.read_run(run_id)
        if run.state is not RunState.LOOKED or run.version != version:
            return run
        seen = await self._reader.group(run.seen.group, run.seen.app)
        no = hindrance_of(seen)
        async with self._books.transaction() as ledger:
            current = await ledger.run(run_id)
            if current.state is not RunState.LOOKED or current.version != version:
                return current
            looked = replace(
                current, seen=seen, seats=seats_of(seen), hindrance=no[0] if no else None, why=no[1] if no else None
            )
            if no:
                return await ledger.save_run(looked)
            running = replace(looked, state=RunState.RUNNING, promised_by=actor, promised_at=seen.as_of)
            saved = await ledger.save_run(running)
            await ledger.audit(what="promised a group", by=actor, about=f"group:{run_id}", facts=_facts(saved))
            await ledger.defer(RUN_GROUP, run_id=run_id)
            return saved

    async def step(self, run_id: str) -> None:
        """One step further from wherever it stands. Safe to run again at any point; raises TryLaterError."""
        run = await self._books.read_run(run_id)
        if run.state is not RunState.RUNNING:
            return
        if run.at(SeatState.CALLING):
            await self._look(run, SeatState.CALLING, SeatState.UNCERTAIN)
        elif run.at(SeatState.WAITING):
            await self._next_five(run)
        elif run.at(SeatState.REPORTED):
            await self._look(run, SeatState.REPORTED, SeatState.REPORTED)
        else:
            await self._move(run, "ended", state=RunState.ENDED)

    # The next five

    async def _next_five(self, run: GroupRun) -> None:
        assert run.promised_by is not None
        if not await self._may_still(run.promised_by):
            await self._move(run, "stopped", state=RunState.STOPPED, told=Refusal.NOT_AN_AGENT.value)
            return
        try:
            seen = await self._reader.group(run.seen.group, run.seen.app)
        except (NotAllowedError, NotThereError) as gone:  # trying again would not bring it back
            await self._move(run, "stopped", state=RunState.STOPPED, told=words_of(gone))
            return
        if (no := hindrance_of(seen)) is not None:
            await self._move(run, "stopped", state=RunState.STOPPED, hindrance=no[0], why=no[1])
            return
        five = await self._checked(run)
        turn = await self._pace.reserve(crowd=True)
        if not turn.ours or not await self._pace.reached(turn.at):
            await self._later(run, timedelta(seconds=turn.wait))
            return
        going = [seat for seat in five if seat.state is SeatState.CALLING]
        calling = await self._seat(run, "calling" if going else "left out", five, called_at=await self._reader.now())
        if calling is not None and going:
            await self._call(calling, going)
        elif calling is not None:
            await self._later(calling, timedelta(0))

    async def _may_still(self, by: Actor) -> bool:
        try:
            return may_provision(await self._reader.actor(by.id))
        except NotThereError:  # the account itself is gone
            return False

    async def _checked(self, run: GroupRun) -> list[Seat]:
        """The next five, each with the check that stands right before a call."""
        five = run.at(SeatState.WAITING)[:AT_ONCE]
        return await asyncio.gather(*(self._check(seat, run.seen.app) for seat in five))

    async def _check(self, seat: Seat, app: App) -> Seat:
        try:
            refusal = refusal_for(await self._reader.muster(seat.person_id, app))
        except NotThereError:
            refusal = Refusal.NO_LONGER_THERE
        except NotAllowedError:
            refusal = Refusal.NOT_READABLE
        if refusal is not None:
            return replace(seat, state=SeatState.LEFT_OUT, why=refusal.value)
        return replace(seat, state=SeatState.CALLING)

    async def _call(self, run: GroupRun, going: Sequence[Seat]) -> None:
        seen = run.seen
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
            await self._seat(run, "put back", back, after=timedelta(seconds=busy.wait), told=words_of(busy))
        except UncertainError:
            await self._later(run, SOONEST)
        except (NotAllowedError, RefusedError, NotThereError) as no:
            failed = [replace(seat, state=SeatState.FAILED, why=words_of(no)) for seat in going]
            seats = seated(run.seats, failed)
            await self._move(run, "stopped", state=RunState.STOPPED, seats=seats, told=words_of(no))
        else:
            answered = [_answered(seat, members.get(seat.person_id.lower())) for seat in going]
            await self._seat(run, "answered", answered, after=timedelta(0), itself=itself.verdict.value, told=None)

    # The log

    async def _look(self, run: GroupRun, state: SeatState, otherwise: SeatState) -> None:
        """Who is in ``state`` gets the end that the log shows; who has none after a while is left as ``otherwise``."""
        waiting = run.at(state)
        since = run.promised_at or run.seen.as_of
        rows = await self._rows([seat.person_id for seat in waiting], run.seen.app, since - _SECOND)
        now = await self._reader.now()
        settled = [end for seat in waiting if (end := _settled(seat, rows.get(seat.person_id, ()), since))]
        age = now - (run.called_at or since)
        if len(settled) == len(waiting):
            await self._seat(run, "seen in the log", settled, after=timedelta(0))
        elif age < LOOKING and settled:
            await self._seat(run, "seen in the log", settled, after=pause(age))
        elif age < LOOKING:
            await self._later(run, pause(age))
        elif otherwise is state:  # reported by Microsoft, and never seen: said so, and over
            await self._seat(run, "ended", settled, after=None, state=RunState.ENDED)
        else:
            ids = {seat.person_id for seat in settled}
            lost = [replace(seat, state=otherwise) for seat in waiting if seat.person_id not in ids]
            await self._seat(run, "uncertain", [*settled, *lost], after=timedelta(0))

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

    async def _seat(
        self, run: GroupRun, what: str, seats: Sequence[Seat], *, after: timedelta | None = None, **changes: Any
    ) -> GroupRun | None:
        return await self._move(run, what, after=after, seats=seated(run.seats, seats), **changes)

    async def _move(
        self, run: GroupRun, what: str, *, after: timedelta | None = None, **changes: Any
    ) -> GroupRun | None:
        """Change a run that still stands where it was read, with its audit line, drawing and the work that follows."""
        async with self._books.transaction() as ledger:
            current = await ledger.run(run.id)
            if current.version != run.version:
                return None
            saved = await ledger.save_run(replace(current, **changes))
            by = saved.promised_by or saved.actor
            await ledger.audit(what=f"group: {what}", by=by, about=f"group:{run.id}", facts=_facts(saved))
            await ledger.defer(SHOW, about=f"group:{run.id}")
            if after is not None:
                await ledger.defer(RUN_GROUP, after=after, run_id=run.id)
            return saved

    async def _later(self, run: GroupRun, after: timedelta) -> None:
        async with self._books.transaction() as ledger:
            await ledger.defer(RUN_GROUP, after=after, run_id=run.id)


def _answered(seat: Seat, answer: OnDemandAnswer | None) -> Seat:
    """What the answer says about one member; CALLING stays who is not named in it: the log has the word then."""
    if answer is None or not answer.readable:
        return seat
    if in_sync(answer):
        return replace(seat, state=SeatState.DONE)
    if answer.verdict is Verdict.SUCCESS or lacking(answer) is not None:
        return replace(seat, state=SeatState.REPORTED)
    code = (answer.error.detail or answer.error.code) if answer.error else None
    return replace(seat, state=SeatState.FAILED, why=code or answer.skip_reason)


def _settled(seat: Seat, rows: Sequence[LogEvent], since: datetime) -> Seat | None:
    newest = next((row for row in rows if row.at >= since), None)
    if newest is None:
        return None
    if arrived(newest):
        return replace(seat, state=SeatState.DONE)
    if newest.verdict not in {Verdict.FAILURE, Verdict.SKIPPED}:
        return None
    code = (newest.error.detail or newest.error.code) if newest.error else None
    return replace(seat, state=SeatState.FAILED, why=code or newest.skip_reason)


def _facts(run: GroupRun) -> dict[str, str]:
    counts: Mapping[str, str] = {state.value: str(len(run.at(state))) for state in SeatState if run.at(state)}
    return {"group": run.seen.group.id, "app": run.seen.app.id, "state": run.state.value, **counts}


def _allow(actor: Actor) -> None:
    if not may_provision(actor):
        raise NotAllowedError("Only the helpdesk may provision.")
