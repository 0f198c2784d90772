"""Crowds on their way: one call after the other at Microsoft's pace, crowds in turn, and whoever was called is proven.

One process drives at a time, whichever replica it is; a second one beside it would do no harm, because every step is
a comparison with the row that it was read from. Calls overlap: the next one goes out when its turn comes, however
long the others take.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

from provisioning.cases import Refusal, Trouble
from provisioning.casework.records import SHOW
from provisioning.casework.targets import Target
from provisioning.casework.turns import (
    OF_THE_JOB,
    answered,
    at_fault,
    checked,
    looked,
    not_taken,
    refused,
    stopped,
    unlooked,
)
from provisioning.crowd_ports import CrowdBooks, CrowdLedger, CrowdReader
from provisioning.crowds import Crowd, CrowdState, Member, MemberState
from provisioning.errors import (
    NotAllowedError,
    NotThereError,
    RefusedError,
    TryLaterError,
    UncertainError,
)
from provisioning.evidence import Evidence
from provisioning.permissions import may_provision
from provisioning.ports import Levers, Pace

TOLD = "tell_crowd"  # the name of the background work that says that a crowd has ended
HANDFUL = 15  # people in one look into the log
MOST_AT_ONCE = 30  # calls under way
AHEAD = 1.0  # s before the turn in which somebody is checked for it
WRITTEN = 0.15  # s before the turn in which "about to call" is written
SHOW_EVERY = 5.0  # s between two drawings of a card
LOOK_EVERY = 5.0  # s between two looks into the log: Graph lets it be read five times in ten, and others ask as well
ASK_AGAIN = 60.0  # s for which a role that was read counts
NO_IN_A_ROW = 3  # calls that Graph does not take, until the crowd stands still

_log = logging.getLogger(__name__)


class Driving:
    """What the background does about crowds."""

    def __init__(
        self,
        *,
        reader: CrowdReader,
        levers: Levers,
        books: CrowdBooks,
        pace: Pace,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._reader = reader
        self._levers = levers
        self._books = books
        self._pace = pace
        self._sleep = sleep

    async def drive(self) -> None:
        """Until nobody waits, is called or is checked."""
        if await self._books.anything_to_do():
            await _Drive(self._reader, self._levers, self._books, self._pace, self._sleep).run()


class _Drive:
    """One drive: what this process has in its hands, and what it has seen."""

    def __init__(
        self,
        reader: CrowdReader,
        levers: Levers,
        books: CrowdBooks,
        pace: Pace,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._reader = reader
        self._levers = levers
        self._books = books
        self._pace = pace
        self._sleep = sleep
        self._over = False
        self._in_hand: set[tuple[int, int]] = set()  # crowd and place of whoever this process is calling
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._changed: set[int] = set()  # crowds whose card is behind
        self._seen: dict[tuple[int, int], float] = {}  # when somebody was last looked for in the log
        self._roles: dict[int, tuple[str, float]] = {}  # by crowd: who was an agent, and until when that counts
        self._noes: dict[int, int] = {}  # by crowd: calls that were not taken, in a row

    async def run(self) -> None:
        """Deal, look and show side by side until nothing is left."""
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(self._keep_looking()), group.create_task(self._keep_showing())]
            try:
                await self._keep_dealing(group)
            finally:
                self._over = True  # the database's driver can swallow a cancellation
                for task in beside:
                    task.cancel()
        await self._show()

    async def _keep_dealing(self, group: asyncio.TaskGroup) -> None:
        while True:
            if await self._books.anybody_waits():
                await self._deal(group)
            elif self._in_hand or await self._books.anything_to_do():
                await self._sleep(1.0)
            else:
                return

    # dealing

    async def _deal(self, group: asyncio.TaskGroup) -> None:
        """Take one turn; shortly before it comes, find somebody who can use it; call."""
        turn = await self._pace.reserve(crowd=True)
        if not turn.ours:  # single clicks overtake
            await self._sleep(turn.wait)
            return
        begins = monotonic() + turn.wait
        await self._sleep(max(0.0, turn.wait - AHEAD))
        while (member := await self._books.next_member()) is not None:
            crowd = await self._books.read_crowd(member.crowd)
            ready = await self._ready(crowd, member)
            if ready is not None:
                break
        else:
            return
        await self._sleep(max(0.0, begins - WRITTEN - monotonic()))
        calling = await self._about_to_call(crowd, member)
        if calling is None:
            return
        if await self._pace.reached(turn.at):
            group.create_task(self._called(crowd, calling, *ready))
        else:
            await self._put_back(crowd, calling)
            self._put_down(calling)

    async def _ready(self, crowd: Crowd, member: Member) -> tuple[Evidence, Target] | None:
        """What to call with; None for who cannot be called now: that is written down, or they wait on."""
        try:
            ready = await checked(self._reader, member, crowd)
            allowed = await self._may_still(crowd)
        except TryLaterError as busy:
            await self._sleep(busy.wait)
            return None
        except NotAllowedError as no:
            await self._stand_still(crowd, Refusal.NOT_READABLE.value, str(no))
            return None
        except Exception:  # noqa: BLE001  one person whom we cannot judge must not hold up everybody behind them
            _log.exception("somebody of a crowd could not be judged", extra={"crowd": crowd.number})
            await self._move(crowd, member, at_fault(member), "not judged")
            return None
        if not allowed:
            await self._stand_still(crowd, Refusal.NOT_AN_AGENT.value)
            return None
        if isinstance(ready, Refusal):
            await self._leave_out(crowd, member, ready)
            return None
        return ready

    async def _leave_out(self, crowd: Crowd, member: Member, refusal: Refusal) -> None:
        if refusal in OF_THE_JOB:
            await self._stand_still(crowd, refusal.value)
        else:
            await self._move(crowd, member, refused(member, refusal), "skipped")

    async def _may_still(self, crowd: Crowd) -> bool:
        """Whether who started the crowd still belongs to the helpdesk; read once a minute."""
        by = crowd.started_by or crowd.actor
        who, until = self._roles.get(crowd.number, ("", 0.0))
        if who == by.id and monotonic() < until:
            return True
        try:
            may = may_provision(await self._reader.actor(by.id))
        except NotThereError:
            return False
        if may:
            self._roles[crowd.number] = (by.id, monotonic() + ASK_AGAIN)
        return may

    async def _stand_still(self, crowd: Crowd, trouble: str, told: str = "") -> None:
        """Nobody else would fare better: pause until somebody of the helpdesk resumes it."""
        async with self._books.transaction() as ledger:
            current = await ledger.crowd(crowd.number)
            if current.state is CrowdState.RUNNING:
                paused = replace(current, state=CrowdState.PAUSED, trouble=trouble, told=told)
                await ledger.save_crowd(paused)
                by = current.started_by or current.actor
                facts = {"trouble": trouble, "told": told}
                await ledger.audit(what="stands still", by=by, about=f"crowd:{crowd.number}", facts=facts)
                await ledger.defer(SHOW, about=f"crowd:{crowd.number}")
                await ledger.defer(TOLD, number=crowd.number, version=paused.version + 1)

    # calling

    async def _about_to_call(self, crowd: Crowd, member: Member) -> Member | None:
        """Write it right before the turn, so that the turn is kept to; None when somebody else has moved the person."""
        await self._room.acquire()
        self._in_hand.add((member.crowd, member.place))  # first: a look into the log leaves those in hand alone
        calling = replace(member, state=MemberState.CALLING, tries=member.tries + 1, called_at=await self._reader.now())
        async with self._books.transaction() as ledger:
            current = await ledger.crowd(crowd.number)
            ours = current.state is CrowdState.RUNNING and await self._free(ledger, current, member)
            if ours and await ledger.move(member, calling):
                return calling
        self._put_down(member)
        return None

    async def _free(self, ledger: CrowdLedger, crowd: Crowd, member: Member) -> bool:
        """Whether no single click's promise for this person and app is under way."""
        assert crowd.app is not None
        holder = await ledger.waiting_case(member.person_id, crowd.app.id)
        if holder is None:
            return True
        await ledger.move(member, refused(member, Refusal.ALREADY_RUNNING))
        await self._maybe_finish(ledger, crowd)
        self._changed.add(crowd.number)
        return False

    async def _called(self, crowd: Crowd, member: Member, seen: Evidence, target: Target) -> None:
        try:
            await self._pull(crowd, member, seen, target)
        finally:
            self._put_down(member)

    def _put_down(self, member: Member) -> None:
        self._in_hand.discard((member.crowd, member.place))
        self._room.release()

    async def _pull(self, crowd: Crowd, member: Member, seen: Evidence, target: Target) -> None:
        """One call. Whatever is raised beyond the words of the lever leaves the person CALLING."""
        assert crowd.app is not None
        try:
            answer = await self._levers.provision_on_demand(
                app=crowd.app, job_id=target.job_id, rule_id=target.rule_id, person_id=member.person_id
            )
        except TryLaterError as busy:  # nothing was done
            await self._pace.hold(busy.wait)
            await self._put_back(crowd, member)
        except UncertainError as unknown:
            _log.warning("a call of a crowd got no answer: %s", unknown)
        except (NotAllowedError, RefusedError, NotThereError) as no:
            await self._move(crowd, member, not_taken(member, str(no)), "not taken")
            self._noes[crowd.number] = self._noes.get(crowd.number, 0) + 1
            if self._noes[crowd.number] >= NO_IN_A_ROW:
                await self._stand_still(crowd, Trouble.NOT_TAKEN.value, str(no))
        else:
            self._noes.pop(crowd.number, None)
            await self._move(crowd, member, answered(member, answer, seen), "answered")

    async def _put_back(self, crowd: Crowd, member: Member) -> None:
        """Nothing was done: the person waits again."""
        waiting = replace(member, state=MemberState.WAITING, tries=member.tries - 1, called_at=None)
        await self._move(crowd, member, waiting, "put back")

    # looking

    async def _keep_looking(self) -> None:
        """A handful of those who were called, looked for in the log; whoever was looked for longest ago comes first."""
        while not self._over:
            try:
                await self._look()
            except TryLaterError as busy:
                await self._sleep(busy.wait)
            await self._sleep(LOOK_EVERY)

    async def _look(self) -> None:
        waiting = [one for one in await self._books.under_way() if (one.crowd, one.place) not in self._in_hand]
        if not waiting:
            return
        longest = min(waiting, key=self._looked_for)
        crowd = await self._books.read_crowd(longest.crowd)
        assert crowd.app is not None
        same = sorted((one for one in waiting if one.crowd == crowd.number), key=self._looked_for)[:HANDFUL]
        for one in same:
            self._seen[one.crowd, one.place] = monotonic()
        now = await self._reader.now()
        since = min(one.called_at or now for one in same) - timedelta(seconds=1)
        try:
            rows = await self._reader.logs([one.person_id for one in same], crowd.app, since=since)
        except (NotAllowedError, RefusedError) as no:
            for one in same:
                await self._move(crowd, one, unlooked(one, str(no)), "not looked for")
            return
        for one in same:
            await self._move(crowd, one, looked(one, rows.get(one.person_id, ()), now), "looked for")

    def _looked_for(self, one: Member) -> tuple[float, datetime | None]:
        return self._seen.get((one.crowd, one.place), 0.0), one.called_at

    # writing

    async def _move(self, crowd: Crowd, member: Member, moved: Member, what: str) -> None:
        """Write how somebody fares who still stands where they were read; the last one ends the crowd."""
        if moved == member:
            return
        async with self._books.transaction() as ledger:
            current = await ledger.crowd(crowd.number)  # always locked before its people are
            if moved.state is MemberState.WAITING and current.state is CrowdState.STOPPED:
                moved = stopped(moved)
            if not await ledger.move(member, moved):
                return
            facts = {"person": member.person_id, "app": crowd.app.id if crowd.app else "", "state": moved.state.value}
            facts |= {name: fact for name, fact in (("why", moved.why), ("fact", moved.fact)) if fact}
            by = current.started_by or current.actor
            await ledger.audit(what=what, by=by, about=f"crowd:{crowd.number}", facts=facts)
            await self._maybe_finish(ledger, current)
        self._changed.add(crowd.number)

    async def _maybe_finish(self, ledger: CrowdLedger, crowd: Crowd) -> None:
        """``crowd`` is locked, so of two who end at once the later one sees the other."""
        if crowd.state not in {CrowdState.RUNNING, CrowdState.PAUSED} or await ledger.anybody_left(crowd.number):
            return
        finished = await ledger.save_crowd(replace(crowd, state=CrowdState.FINISHED, ended=await ledger.now()))
        by = crowd.started_by or crowd.actor
        facts = {"state": finished.state.value}
        await ledger.audit(what="finished", by=by, about=f"crowd:{crowd.number}", facts=facts)
        await ledger.defer(TOLD, number=crowd.number, version=finished.version)

    # showing

    async def _keep_showing(self) -> None:
        while not self._over:
            await self._sleep(SHOW_EVERY)
            await self._show()

    async def _show(self) -> None:
        changed, self._changed = self._changed, set()
        for number in changed:
            async with self._books.transaction() as ledger:
                await ledger.defer(SHOW, about=f"crowd:{number}")
