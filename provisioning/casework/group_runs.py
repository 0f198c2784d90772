"""Whole groups as people handle them: look at one, start it with one click, stop it; the rest goes on in fives.

Every verb is for agents. A click that comes too late, or twice, finds the run as it is and changes nothing.
"""

from dataclasses import replace
from uuid import uuid4

from provisioning.casework.fives import RUN_GROUP, TOLD_GROUP, Fives, facts_of
from provisioning.casework.records import SHOW
from provisioning.errors import NotAllowedError
from provisioning.group_ports import GroupBooks, GroupLevers, GroupReader
from provisioning.groups import GroupRun, RunState, SeatState, hindrance_of, is_over, seats_of, without_waiting
from provisioning.model import Actor, App, Group
from provisioning.permissions import may_provision
from provisioning.ports import Pace


class GroupRuns:
    """What the desk does about groups."""

    def __init__(self, *, reader: GroupReader, levers: GroupLevers, books: GroupBooks, pace: Pace) -> None:
        self._reader = reader
        self._books = books
        self._fives = Fives(reader=reader, levers=levers, books=books, pace=pace)

    async def open(self, actor: Actor, group: Group, app: App, *, origin: str = "") -> GroupRun:
        """Look at a group and keep what was seen. ``origin``: where its end is told.

        NotAllowedError unless the actor may provision.
        """
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
            origin=origin,
        )
        async with self._books.transaction() as ledger:
            added = await ledger.add_run(run)
            await ledger.audit(what="looked at a group", by=actor, about=f"group:{added.id}", facts=facts_of(added))
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
            await ledger.audit(what="promised a group", by=actor, about=f"group:{run_id}", facts=facts_of(saved))
            await ledger.defer(RUN_GROUP, run_id=run_id)
            return saved

    async def stop(self, actor: Actor, run_id: str) -> GroupRun:
        """Call nobody new; whoever was called is followed to an end. A run in which nobody waits comes back as it is.

        It does not matter how far the run has gone since the card was drawn: whoever still waits is left alone.
        """
        _allow(actor)
        async with self._books.transaction() as ledger:
            run = await ledger.run(run_id)
            if run.state is not RunState.RUNNING or not run.at(SeatState.WAITING):
                return run
            saved = await ledger.save_run(replace(without_waiting(run), stopped_by=actor))
            await ledger.audit(what="stopped a group", by=actor, about=f"group:{run_id}", facts=facts_of(saved))
            await ledger.defer(SHOW, about=f"group:{run_id}")
            await ledger.defer(TOLD_GROUP if is_over(saved) else RUN_GROUP, run_id=run_id)
            return saved

    async def step(self, run_id: str) -> None:
        """Background work: as ``Fives.step``."""
        await self._fives.step(run_id)


def _allow(actor: Actor) -> None:
    if not may_provision(actor):
        raise NotAllowedError("Only the helpdesk may provision.")
