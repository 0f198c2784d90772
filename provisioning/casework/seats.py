"""What an answer and the log say about one member of a group. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from provisioning.attempts import LogEvent, OnDemandAnswer, Verdict
from provisioning.cases import Trouble
from provisioning.casework.traces import arrived, in_sync, lacking, took_away
from provisioning.groups import Seat, SeatState


def answered(seat: Seat, answer: OnDemandAnswer | None) -> Seat:
    """What the answer says about one member; CALLING stays who is not named in it: the log has the word then."""
    if answer is None or not answer.readable or answer.verdict is Verdict.UNKNOWN:
        return seat
    if in_sync(answer):
        return replace(seat, state=SeatState.DONE)
    if took_away(answer):
        return replace(seat, state=SeatState.FAILED, why=Trouble.TOOK_AWAY.value)
    if answer.verdict in {Verdict.SUCCESS, Verdict.WARNING} or lacking(answer) is not None:
        return replace(seat, state=SeatState.REPORTED)
    code = (answer.error.detail or answer.error.code) if answer.error else None
    return replace(seat, state=SeatState.FAILED, why=code or answer.skip_reason)


def settled(seat: Seat, rows: Sequence[LogEvent], since: datetime) -> Seat | None:
    """The end that the newest row since then gives; None: none yet."""
    newest = next((row for row in rows if row.at >= since), None)
    if newest is None:
        return None
    if arrived(newest):
        return replace(seat, state=SeatState.DONE)
    if newest.verdict is Verdict.SUCCESS:
        return replace(seat, state=SeatState.FAILED, why=Trouble.TOOK_AWAY.value)
    if newest.verdict not in {Verdict.FAILURE, Verdict.SKIPPED}:
        return None
    code = (newest.error.detail or newest.error.code) if newest.error else None
    return replace(seat, state=SeatState.FAILED, why=code or newest.skip_reason)
