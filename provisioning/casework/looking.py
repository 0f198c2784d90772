"""Looking in the log: for the trace of a call that told nothing, and for the proof of a success that Graph told."""

from datetime import timedelta

from provisioning.attempts import LogEvent
from provisioning.cases import Case, CaseState, Trouble
from provisioning.casework.moves import Moves, Next, pause
from provisioning.casework.records import CARRY_OUT, CHECK_CASE
from provisioning.casework.refused import words_of
from provisioning.casework.traces import lacking, proof, setback, silent_about, trouble_of
from provisioning.errors import NotAllowedError

# How long the log is watched closely: Microsoft tells people to expect rows after 5 to 10 minutes, and half an hour is
# seen. Whoever called again before that would perhaps call twice.
LOOKING = timedelta(minutes=30)
RARELY = timedelta(minutes=15)  # between two looks after that
LAST_LOOK = timedelta(hours=12)  # a row that has not come by then is left to a person who presses Refresh


class Looking:
    """What the log says about a promise."""

    def __init__(self, moves: Moves) -> None:
        self._moves = moves

    async def for_a_trace(self, case: Case) -> None:
        """Somebody was about to call and told nobody how it went: only the log can. The call is never repeated."""
        rows = await self._rows(case)
        if rows is None or await self._settled_by(rows, case):
            return
        age = await self._moves.age(case)
        again = Next(work=CARRY_OUT, after=pause(age))
        if (
            age < LOOKING and case.trouble is None
        ):  # whoever called has died: the card says from now on what is waited for
            await self._moves.move(case, "looked for", then=again, trouble=Trouble.NO_TRACE.value)
        elif age < LOOKING:
            await self._moves.later(case, again)
        else:
            diagnosis = await self._moves.diagnosed_anew(case, None)
            await self._moves.leave_open(case, Trouble.NO_TRACE, diagnosis=diagnosis)

    async def for_the_proof(self, case: Case) -> None:
        """Graph answered success. Watched closely for a while, then now and then; it holds nobody up any more then."""
        rows = await self._rows(case)
        if rows is None or await self._settled_by(rows, case):
            return
        age = await self._moves.age(case)
        if age < LOOKING:
            await self._moves.later(case, Next(work=CHECK_CASE, after=pause(age)))
            return
        again = Next(work=CHECK_CASE, after=RARELY) if age < LAST_LOOK else None
        if case.trouble is None:
            await self._moves.leave_open(case, Trouble.NO_PROOF, then=again)
        elif again is not None:
            await self._moves.later(case, again)

    async def _rows(self, case: Case) -> tuple[LogEvent, ...] | None:
        """None: the log may not be read, and the case says so now."""
        try:
            return await self._moves.rows(case)
        except NotAllowedError as no:
            await self._moves.leave_open(case, Trouble.LOG_UNREADABLE, told=words_of(no))
            return None

    async def _settled_by(self, rows: tuple[LogEvent, ...], case: Case) -> bool:
        """Whether the log tells how it ended; then the case ends so."""
        shown, failed = proof(rows, case), setback(rows, case)
        if shown is None and failed is None:
            return False
        diagnosis, seen = await self._moves.looked_at_anew(case, None)
        if shown is not None:
            row = {"row": shown.id}
            missing = case.lacking if case.lacking is not None else lacking(shown)
            if missing is None and silent_about(rows, shown, case, seen.schema if seen else None):
                missing = await self._moves.missing_manager(case)
            await self._moves.move(
                case, "done", row, state=CaseState.DONE, proof=shown, diagnosis=diagnosis, lacking=missing
            )
        elif failed is not None:
            await self._moves.fail(case, trouble_of(case), {"row": failed.id}, diagnosis=diagnosis)
        return True
