"""What is written about a crowd on its way: how one of its people fares, its standstill, its end, its drawing.

Every write is a comparison with the row that it was read from, with the crowd locked before its people are.
"""

from dataclasses import replace

from provisioning.casework.records import SHOW
from provisioning.casework.turns import stopped
from provisioning.crowd_ports import CrowdBooks, CrowdLedger
from provisioning.crowds import Crowd, CrowdState, Member, MemberState

TOLD = "tell_crowd"  # the name of the background work that says that a crowd has ended


class CrowdMoves:
    """One drive's writing."""

    def __init__(self, books: CrowdBooks) -> None:
        self._books = books
        self._changed: set[int] = set()  # crowds whose card is behind

    async def move(self, crowd: Crowd, member: Member, moved: Member, what: str) -> None:
        """Write how somebody fares who still stands where they were read; the last one ends the crowd."""
        if moved == member:
            return
        async with self._books.transaction() as ledger:
            current = await ledger.crowd(crowd.number)
            if moved.state is MemberState.WAITING and current.state is CrowdState.STOPPED:
                moved = stopped(moved)
            if not await ledger.move(member, moved):
                return
            facts = {"person": member.person_id, "app": crowd.app.id if crowd.app else "", "state": moved.state.value}
            facts |= {name: fact for name, fact in (("why", moved.why), ("fact", moved.fact)) if fact}
            by = current.started_by or current.actor
            await ledger.audit(what=what, by=by, about=f"crowd:{crowd.number}", facts=facts)
            await self.maybe_finish(ledger, current)
        self._changed.add(crowd.number)

    async def maybe_finish(self, ledger: CrowdLedger, crowd: Crowd) -> None:
        """``crowd`` is locked, so of two who end at once the later one sees the other."""
        if crowd.state not in {CrowdState.RUNNING, CrowdState.PAUSED} or await ledger.anybody_left(crowd.number):
            return
        finished = await ledger.save_crowd(replace(crowd, state=CrowdState.FINISHED, ended=await ledger.now()))
        by = crowd.started_by or crowd.actor
        facts = {"state": finished.state.value}
        await ledger.audit(what="finished", by=by, about=f"crowd:{crowd.number}", facts=facts)
        await ledger.defer(TOLD, number=crowd.number, version=finished.version)

    async def stand_still(self, crowd: Crowd, trouble: str, told: str = "") -> None:
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

    def has_changed(self, number: int) -> None:
        """The crowd's card is behind."""
        self._changed.add(number)

    async def show(self) -> None:
        """Queue a drawing of every card that is behind."""
        changed, self._changed = self._changed, set()
        for number in changed:
            async with self._books.transaction() as ledger:
                await ledger.defer(SHOW, about=f"crowd:{number}")
