"""Whether an order may be carried out as things stand now. What was fixed comes before what is restarted."""

from datetime import datetime

from provisioning.health import Concern, concerns
from provisioning.model import Job, JobState
from provisioning.orders import FRESH, Hindrance, Order, OrderKind

_RUNNING = frozenset({JobState.ACTIVE, JobState.NOT_RUN})


def hindrance(order: Order, job: Job | None, as_of: datetime) -> Hindrance | None:
    """What keeps the order from being carried out; None: nothing that a look at the job can tell."""
    if job is None or job.state is JobState.NOT_CONFIGURED:
        return Hindrance.NO_JOB
    match order.kind:
        case OrderKind.START if job.state in _RUNNING and job.scheduled:
            return Hindrance.RUNS_ALREADY
        case OrderKind.PAUSE if job.state is JobState.PAUSED:
            return Hindrance.PAUSED_ALREADY
        case OrderKind.START | OrderKind.RESTART if Concern.DELETIONS_HELD in concerns(job, as_of):
            return Hindrance.DELETIONS_HELD
        case OrderKind.FILTER:
            return _of_a_filter(order, as_of)
        case _:
            return None


def needs_a_check(order: Order, job: Job) -> bool:
    """Whether the credentials have to work before this: lifting a quarantine that they caused brings it back."""
    broken = job.quarantine is not None and job.quarantine.reason == "EncounteredQuarantineException"
    return order.kind in {OrderKind.START, OrderKind.RESTART} and (broken or job.successive_failures > 0)


def _of_a_filter(order: Order, as_of: datetime) -> Hindrance | None:
    study = order.study
    if study is None or not study.whole:
        return Hindrance.NOT_ALL_READ
    if not study.changes_anything:
        return Hindrance.NOTHING_TO_CHANGE
    return Hindrance.TOO_OLD if as_of - order.looked_at > FRESH else None
