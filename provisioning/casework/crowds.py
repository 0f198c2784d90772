"""Crowds as people handle them: bring a list, see the table, start, pause, resume, stop, hand over who is left.

Every verb is for agents, and looks at the role that the directory gives now. A verb that comes too late, or twice,
finds the crowd in another version and changes nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

from provisioning.casework.gathering import Called, gathered
from provisioning.casework.records import SHOW
from provisioning.crowd_ports import CrowdBooks, CrowdLedger, CrowdReader
from provisioning.crowds import HARMLESS, Crowd, CrowdState, Member, Progress, Why, progress_of
from provisioning.errors import DeskError, NotAllowedError, NotThereError
from provisioning.model import Actor, App
from provisioning.permissions import may_provision

GATHER = "gather_crowd"  # the name of the background work that makes the table
FEW = 15  # people whose table is made while the asker waits: one read of the log


class Crowds:
    """Lists of people. ``called``: whether somebody is surely meant by some words."""

    def __init__(self, *, reader: CrowdReader, books: CrowdBooks, called: Called, stored: bool = True) -> None:
        """``stored`` False: nothing is kept, and a list of any length is only looked at."""
        self._reader = reader
        self._books = books
        self._called = called
        self._stored = stored

    async def open(
        self,
        actor: Actor,
        *,
        origin: str,
        words: Sequence[str] = (),
        app: App | None = None,
        failing: bool = False,
        because: str = "",
        key: str = "",
    ) -> Progress:
        """Keep a list; with few people on it, its table comes back, else that follows.

        ``failing``: everybody who fails in the app, for the reason ``because``. ``key`` names the message that brings
        the list: it opens one crowd, however often it is delivered.
        """
        _allow(actor)
        crowd = Crowd(
            number=0,
            version=0,
            state=CrowdState.GATHERING if app else CrowdState.NAMELESS,
            actor=actor,
            origin=origin,
            words=tuple(words),
            created=await self._reader.now(),
            app=app,
            failing=failing,
            because=because,
        )
        if not self._stored:
            return await self._looked_at(crowd)
        async with self._books.transaction() as ledger:
            kept, new = await ledger.add_crowd(crowd, key=key)
            if new:
                await _note(ledger, kept, "list brought", actor)
                await self._gather_later(ledger, kept)
        return await self._soon(kept)

    async def choose_app(self, actor: Actor, number: int, app: App, *, version: int | None = None) -> Progress:
        """Say which app a list is about."""
        _allow(actor)
        async with self._books.transaction() as ledger:
            crowd = await ledger.crowd(number)
            if crowd.state is CrowdState.NAMELESS and version in {None, crowd.version}:
                crowd = await _record(ledger, replace(crowd, state=CrowdState.GATHERING, app=app), "app named", actor)
                await self._gather_later(ledger, crowd)
        return await self._soon(crowd)

    async def gather(self, number: int) -> None:
        """Make the table. Safe to run again; what is busy comes out and is tried again."""
        crowd = await self._books.read_crowd(number)
        if crowd.state is not CrowdState.GATHERING:
            return
        try:
            table = await gathered(self._reader, crowd, self._called)
        except (NotAllowedError, NotThereError) as no:
            await self._give_up(crowd, no)
            return
        async with self._books.transaction() as ledger:
            current = await ledger.crowd(number)
            if current.version != crowd.version or current.state is not CrowdState.GATHERING:
                return
            ready = replace(current, state=CrowdState.READY, unnamed=table.unnamed, left=table.others)
            await ledger.put_members(ready, table.members)
            await _record(ledger, ready, "looked up", crowd.actor, people=str(len(table.members)))

    async def start(self, actor: Actor, number: int, version: int, *, everybody: bool = False) -> Progress:
        """Begin to call; ``everybody``: those as well who were left out although a call could do them no harm."""
        _allow(actor)
        async with self._books.transaction() as ledger:
            crowd = await ledger.crowd(number)
            if crowd.state is CrowdState.READY and crowd.version == version:
                if everybody:
                    await ledger.take_in(number, HARMLESS)
                state = CrowdState.RUNNING if await ledger.anybody_left(number) else CrowdState.FINISHED
                began = replace(crowd, state=state, started_by=actor, started=await ledger.now())
                await _record(ledger, began, "started", actor)
        return await self._books.progress(number)

    async def pause(self, actor: Actor, number: int, version: int) -> Progress:
        """Call nobody new until somebody says resume; calls under way end."""
        return await self._turn(actor, number, version, "paused", CrowdState.PAUSED, CrowdState.RUNNING)

    async def resume(self, actor: Actor, number: int, version: int) -> Progress:
        """Go on; whoever says so is responsible from now on."""
        return await self._turn(actor, number, version, "resumed", CrowdState.RUNNING, CrowdState.PAUSED)

    async def stop(self, actor: Actor, number: int, version: int) -> Progress:
        """End it for good; whoever was not called is left as they are."""
        states = (CrowdState.RUNNING, CrowdState.PAUSED, CrowdState.READY, CrowdState.GATHERING, CrowdState.NAMELESS)
        return await self._turn(actor, number, version, "stopped", CrowdState.STOPPED, *states)

    async def progress(self, actor: Actor, number: int) -> Progress:
        """How it stands."""
        _allow(actor)
        return await self._books.progress(number)

    async def drawn(self, number: int) -> Progress:
        """The same for a card that is shown already."""
        return await self._books.progress(number)

    async def members(self, actor: Actor, number: int, *, skip: int, most: int) -> Sequence[Member]:
        """Some of its people, in the order of the list."""
        _allow(actor)
        return await self._books.members(number, skip=skip, most=most)

    async def group(self, actor: Actor, number: int, why: str, fact: str) -> Sequence[Member]:
        """Everybody who was left for the same reason."""
        _allow(actor)
        return await self._books.of_group(number, why, fact)

    async def handed_over(self, actor: Actor, number: int, group: str, ticket: int) -> Progress:
        """Note which ticket a group of leftovers went into."""
        _allow(actor)
        async with self._books.transaction() as ledger:
            crowd = await ledger.crowd(number)
            if crowd.tickets.get(group) != ticket:
                tickets = {**crowd.tickets, group: ticket}
                await _record(ledger, replace(crowd, tickets=tickets), "handed over", actor, ticket=str(ticket))
        return await self._books.progress(number)

    async def newest(self, actor: Actor) -> Sequence[Crowd]:
        """The last crowds of everybody."""
        _allow(actor)
        return await self._books.newest()

    async def _turn(
        self, actor: Actor, number: int, version: int, what: str, to: CrowdState, *at: CrowdState
    ) -> Progress:
        _allow(actor)
        async with self._books.transaction() as ledger:
            crowd = await ledger.crowd(number)
            if crowd.state in at and crowd.version == version:
                if to is CrowdState.STOPPED:
                    await ledger.stop_members(number)
                by = actor if to is CrowdState.RUNNING else crowd.started_by
                ended = await ledger.now() if to is CrowdState.STOPPED else None
                turned = replace(crowd, state=to, started_by=by, ended=ended, trouble="", told="")
                await _record(ledger, turned, what, actor)
        return await self._books.progress(number)

    async def _soon(self, crowd: Crowd) -> Progress:
        """Few people are looked up at once; the queued work then finds nothing to do."""
        if crowd.state is CrowdState.GATHERING and not crowd.failing and len(crowd.words) <= FEW:
            await self.gather(crowd.number)
        return await self._books.progress(crowd.number)

    async def _looked_at(self, crowd: Crowd) -> Progress:
        if crowd.app is None:
            return progress_of(crowd, (), crowd.created)
        table = await gathered(self._reader, crowd, self._called)
        ready = replace(crowd, state=CrowdState.READY, unnamed=table.unnamed, left=table.others)
        return progress_of(ready, table.members, crowd.created)

    async def _gather_later(self, ledger: CrowdLedger, crowd: Crowd) -> None:
        if crowd.state is CrowdState.GATHERING:
            await ledger.defer(GATHER, number=crowd.number)

    async def _give_up(self, crowd: Crowd, no: DeskError) -> None:
        async with self._books.transaction() as ledger:
            current = await ledger.crowd(crowd.number)
            if current.version == crowd.version:
                told = replace(current, state=CrowdState.STOPPED, trouble=Why.UNREAD.value, told=str(no))
                await _record(ledger, told, "not looked up", crowd.actor)


async def _record(ledger: CrowdLedger, crowd: Crowd, what: str, by: Actor, **facts: str) -> Crowd:
    """Write a crowd that changed, with its audit line and the redrawing of its card."""
    saved = await ledger.save_crowd(crowd)
    await _note(ledger, saved, what, by, **facts)
    await ledger.defer(SHOW, about=f"crowd:{saved.number}")
    return saved


async def _note(ledger: CrowdLedger, crowd: Crowd, what: str, by: Actor, **facts: str) -> None:
    told = {"state": crowd.state.value, "app": crowd.app.id if crowd.app else "", **facts}
    await ledger.audit(what=what, by=by, about=f"crowd:{crowd.number}", facts=told)


def _allow(actor: Actor) -> None:
    if not may_provision(actor):
        raise NotAllowedError("Only the helpdesk may provision.")
