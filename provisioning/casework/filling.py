"""Filling in before a run: write "about to", look, write the directory, write "done". Then the run is as any other.

A successor of a process that died in between looks first: what holds the values already is done, what is still empty
was not written, and what holds something else was filled in by somebody who knows better.
"""

from dataclasses import replace
from datetime import timedelta

from provisioning.cases import Case, CaseState, Fill, Refusal, Trouble
from provisioning.casework.moves import SOONEST, Moves, Next, maker, pause
from provisioning.casework.records import CARRY_OUT
from provisioning.casework.refused import words_of
from provisioning.errors import NotAllowedError, NotThereError, RefusedError, UncertainError
from provisioning.filling import is_filled_so, still_empty
from provisioning.permissions import FillIn, may_fill_in
from provisioning.ports import Pen, TenantReader

SHOWN_WITHIN = timedelta(minutes=15)  # Microsoft says that a change can take "a few minutes" to be known everywhere
_LOOK_AGAIN = Next(work=CARRY_OUT, after=SOONEST)
_AT_ONCE = Next(work=CARRY_OUT, after=timedelta(0))


class Filling:
    """What the background does about the attributes of a promise."""

    def __init__(self, *, moves: Moves, tenant: TenantReader, pen: Pen, policy: FillIn) -> None:
        self._moves = moves
        self._tenant = tenant
        self._pen = pen
        self._policy = policy

    async def step(self, case: Case, fill: Fill) -> None:
        """One step towards filled attributes; the work that follows is queued with it. Raises TryLaterError."""
        if not await self._may_still(case):
            await self._moves.move(case, "refused", state=CaseState.REFUSED, refusal=Refusal.NOT_AN_AGENT)
            return
        try:
            person = await self._tenant.person(case.diagnosis.person.id)
        except (NotThereError, NotAllowedError) as no:
            await self._moves.fail(case, Trouble.NOT_FILLED, told=words_of(no))
            return
        if fill.begun and is_filled_so(person, fill.values):
            await self._done(case, fill)
        elif person.synced_from_ad or person.deleted or still_empty(person, fill.values) is None:
            await self._moves.fail(case, Trouble.NOT_FILLED)
        elif not still_empty(person, fill.values):
            await self._done(case, replace(fill, found=True))
        elif not fill.begun:
            begun = await self._moves.move(case, "filling in", fill=replace(fill, begun=True))
            if begun is not None and begun.fill is not None:
                await self._write(begun, begun.fill)
        else:
            await self._write(case, fill)

    async def _write(self, case: Case, fill: Fill) -> None:
        try:
            await self._pen.fill_in(case.diagnosis.person.id, fill.values)
        except UncertainError:
            await self._moves.later(case, _LOOK_AGAIN)
        except (NotAllowedError, RefusedError, NotThereError) as no:
            await self._moves.fail(case, Trouble.NOT_FILLED, told=words_of(no))
        else:
            await self._done(case, fill)

    async def _done(self, case: Case, fill: Fill) -> None:
        """Who filled in what, and why, stands in the audit line."""
        at = await self._moves.now() or case.promised_at
        facts = {"why": fill.why, **{f"new {name}": value for name, value in fill.values.items()}}
        what = "found filled in" if fill.found else "filled in"
        await self._moves.move(case, what, {} if fill.found else facts, fill=replace(fill, at=at), then=_AT_ONCE)

    async def _may_still(self, case: Case) -> bool:
        try:
            return may_fill_in(await self._tenant.actor(maker(case).id), self._policy)
        except NotThereError:
            return False


async def wait_until_shown(moves: Moves, case: Case, fill: Fill) -> None:
    """The directory was written and still gives the old value: whoever is called now would fail as before.

    Looked at again and again; who clicked can call it off meanwhile, and after a quarter of an hour it is over.
    """
    now = await moves.now()
    age = now - fill.at if now and fill.at else timedelta(0)
    again = Next(work=CARRY_OUT, after=pause(age))
    if age >= SHOWN_WITHIN:
        await moves.fail(case, Trouble.NOT_SHOWN)
    elif case.trouble == Trouble.NOT_SHOWN_YET:
        await moves.later(case, again)
    else:
        await moves.move(case, "not shown yet", trouble=Trouble.NOT_SHOWN_YET.value, then=again)
