"""One look at one app: what stands by now, and what of that is news."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from provisioning.health import NO_PULSE
from provisioning.model import JobState
from provisioning.watching import failures
from provisioning.watching.credentials import told_so_far
from provisioning.watching.mappings import drifted
from provisioning.watching.news import Facts, Known, News, Phase, Sight, Topic, Trouble
from provisioning.watching.quarantine import left_quarantine, quarantined
from provisioning.watching.silence import heard_again, log_quiet, log_speaks, silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A kind of trouble that stands for a while.

    ``readable``: whether the sight tells at all whether it stands. ``ended``: what proves that it is over; None:
    nothing does yet, and it stands on, seen or not.
    """

    topic: Topic
    stands: Callable[[Sight], Trouble | None]
    ended: Callable[[Trouble, Sight], Facts | None]
    readable: Callable[[Sight], bool]


def _always(sight: Sight) -> bool:
    return True


def _pulse_read(sight: Sight) -> bool:
    return sight.pulse is not None and sight.pulse != NO_PULSE


STANDING: Sequence[Standing] = (
    Standing(topic=Topic.QUARANTINE, stands=quarantined, ended=left_quarantine, readable=_always),
    Standing(topic=Topic.SILENT, stands=silent, ended=heard_again, readable=_always),
    Standing(topic=Topic.LOG_QUIET, stands=log_quiet, ended=log_speaks, readable=_pulse_read),
    Standing(topic=Topic.FAILURES, stands=failures.spiking, ended=failures.calmed, readable=failures.readable),
)


def look(known: Known | None, sight: Sight) -> tuple[Known, tuple[News, ...]]:
    """What is known from now on, and what is news. A job that is not set up is neither trouble nor an end of it."""
    if known is None or known.job_id != sight.job.id:
        version = known.version if known else 0
        known = Known(app_id=sight.app.id, job_id=sight.job.id, version=version)
    if sight.job.state is JobState.NOT_CONFIGURED:
        return known, ()
    stopped = sight.job.state is not JobState.ACTIVE or not sight.job.scheduled
    resumed = sight.as_of if known.stopped and not stopped else known.resumed
    sight = replace(sight, resumed=resumed)
    standing, found = dict(known.standing_by_topic()), []
    readable = [kind for kind in STANDING if kind.readable(sight)]
    for kind in readable:
        now, news = _turn(kind, standing.pop(kind.topic, None), sight)
        standing |= {kind.topic: now} if now else {}
        found += [replace(one, first=kind.topic not in known.seen) for one in news]
    seen = known.seen | {kind.topic for kind in readable}
    after, happened = _happened(known, sight)
    after = replace(after, standing=tuple(standing.values()), stopped=stopped, resumed=resumed, seen=seen | after.seen)
    return after, (*found, *happened)


def _happened(known: Known, sight: Sight) -> tuple[Known, tuple[News, ...]]:
    """What does not stand but happens: a date comes near, somebody changes something."""
    found: list[News] = []
    if sight.credentials is not None:
        nearing, near = told_so_far(known, sight)
        found += [replace(one, first=Topic.CREDENTIALS not in known.seen) for one in near]
        known = replace(known, nearing=nearing, seen=known.seen | {Topic.CREDENTIALS})
    if sight.schema is not None:
        drift = drifted(known.schema, sight)
        found += [drift] if drift else []
        known = replace(known, schema=sight.schema, seen=known.seen | {Topic.MAPPINGS})
    return known, tuple(found)


def _turn(kind: Standing, before: Trouble | None, sight: Sight) -> tuple[Trouble | None, Sequence[News]]:
    """What stands of one kind after this sight, and what that is news of."""
    now = kind.stands(sight)
    if now is not None and before is not None:
        if now.variant == before.variant:
            return replace(before, cycle=now.cycle), ()
        goes_on = replace(now, episode=before.episode, since=before.since)
        return goes_on, (_news(goes_on, Phase.BEGUN, sight, now.facts),)
    if now is not None:
        return now, (_news(now, Phase.BEGUN, sight, now.facts),)
    if before is None:
        return None, ()
    proof = kind.ended(before, sight)
    if proof is None:
        return before, ()
    return None, (_news(replace(before, variant=""), Phase.OVER, sight, {**before.facts, **proof}),)


def _news(trouble: Trouble, phase: Phase, sight: Sight, facts: Facts) -> News:
    return News(
        app=sight.app,
        topic=trouble.topic,
        phase=phase,
        episode=trouble.episode,
        variant=trouble.variant,
        since=trouble.since,
        at=sight.as_of,
        facts=dict(facts),
    )
