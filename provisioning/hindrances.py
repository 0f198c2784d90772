"""Whether an order may be carried out as things stand now. What was fixed comes before what is restarted.

Each reason for a quarantine has its proof: Graph tests credentials, the roles and the log can be read. Where nothing
that can be read shows that it is mended, an administrator has to say so.
"""

from datetime import datetime

from provisioning.health import NO_PULSE, Concern, Pulse, concerns
from provisioning.model import Job, JobState
from provisioning.orders import FRESH, Hindrance, Mending, Order, OrderKind

MOVING = frozenset({OrderKind.START, OrderKind.RESTART})  # what brings a job's cycles back
_RUNNING = frozenset({JobState.ACTIVE, JobState.NOT_RUN})
_TESTED = "EncounteredQuarantineException"  # credentials or connection: Graph tests them right before
_BY_REASON = {
    "EncounteredBaseEscrowThreshold": Mending.FAILURES,
    "EncounteredTotalEscrowThreshold": Mending.FAILURES,
    "EncounteredEscrowProportionThreshold": Mending.FAILURES,
    "QuarantinedOnDemand": Mending.MICROSOFT,
    "QuarantineOnDemand": Mending.MICROSOFT,
    "IngestionInterrupted": Mending.INTERRUPTION,
}


def hindrance(order: Order, job: Job | None, as_of: datetime, pulse: Pulse = NO_PULSE) -> Hindrance | None:
    """What keeps the order from being carried out; None: nothing that a look at the job and its log can tell."""
    if job is None or job.state is JobState.NOT_CONFIGURED:
        return Hindrance.NO_JOB
    match order.kind:
        case OrderKind.START if job.state in _RUNNING and job.scheduled:
            return Hindrance.RUNS_ALREADY
        case OrderKind.PAUSE if job.state is JobState.PAUSED:
            return Hindrance.PAUSED_ALREADY
        case OrderKind.START | OrderKind.RESTART if Concern.DELETIONS_HELD in concerns(job, as_of, pulse):
            return Hindrance.DELETIONS_HELD
        case OrderKind.START | OrderKind.RESTART if job.quarantine is not None and pulse.roles_twice:
            return Hindrance.DUPLICATE_ROLES
        case OrderKind.FILTER:
            return _of_a_filter(order, as_of)
        case _:
            return None


def to_confirm(order: Order, job: Job | None, pulse: Pulse) -> tuple[Mending, ...]:
    """What an administrator has to say before the order is carried out, because nothing shows it."""
    if order.kind not in MOVING or job is None:
        return ()
    asked = [] if job.quarantine is None else [_mending(job.quarantine.reason)]
    if Mending.FAILURES in asked and pulse.failing == 0:  # the whole week's log was read, and nobody fails any more
        asked.remove(Mending.FAILURES)
    if pulse.held is None:
        asked.append(Mending.REMOVALS)
    return tuple(one for one in asked if one is not None)


def is_another_reason(job: Job | None, before: Job | None) -> bool:
    """Whether a job is in quarantine over something else than when it was looked at before."""
    return _reason(job) != _reason(before)


def needs_a_check(order: Order, job: Job) -> bool:
    """Whether the credentials have to work before this: lifting a quarantine that they caused brings it back."""
    return order.kind in MOVING and (_reason(job) == _TESTED or job.successive_failures > 0)


def _mending(reason: str) -> Mending | None:
    return None if reason == _TESTED else _BY_REASON.get(reason, Mending.NO_REASON)


def _reason(job: Job | None) -> str:
    return job.quarantine.reason if job and job.quarantine else ""


def _of_a_filter(order: Order, as_of: datetime) -> Hindrance | None:
    study = order.study
    if study is None or not study.whole:
        return Hindrance.NOT_ALL_READ
    if not study.changes_anything:
        return Hindrance.NOTHING_TO_CHANGE
    return Hindrance.TOO_OLD if as_of - order.looked_at > FRESH else None
