"""A job that should run and reports no cycle; a log that shows no row though assignments change."""

from datetime import datetime

from provisioning.health import SILENT_AFTER, Concern, concerns
from provisioning.timing import LOG_LAG, USUAL_INTERVAL
from provisioning.watching.news import Facts, Sight, Topic, Trouble


def silent(sight: Sight) -> Trouble | None:
    """No cycle for three intervals."""
    last = sight.job.last
    newest = max((at for at in (last.began, last.ended) if at), default=None) if last else None
    if newest is None or _is_fresh(sight) or Concern.SILENT not in concerns(sight.job, sight.as_of):
        return None
    due = newest + SILENT_AFTER * (sight.job.interval or USUAL_INTERVAL)
    facts = {"last": newest.isoformat(), "interval": str(int((sight.job.interval or USUAL_INTERVAL).total_seconds()))}
    return Trouble(topic=Topic.SILENT, episode=newest.isoformat(), since=due, facts=facts)


def heard_again(trouble: Trouble, sight: Sight) -> Facts | None:
    """A newer cycle was reported, however it went."""
    last = sight.job.last
    if last is None or last.ended is None or last.ended <= datetime.fromisoformat(trouble.facts["last"]):
        return None
    return {"ended": last.ended.isoformat(), "state": last.state, "failed": str(last.escrowed)}


def log_quiet(sight: Sight) -> Trouble | None:
    """Somebody was assigned long ago enough for a row, cycles are reported, and no row came.

    Further assignments meanwhile belong to the same trouble: its name is the last row before it.
    """
    pulse = sight.pulse
    if pulse is None or pulse.newest_assignment is None:
        return None
    if _is_fresh(sight) or Concern.LOG_QUIET not in concerns(sight.job, sight.as_of, pulse):
        return None
    row = pulse.newest_row.isoformat() if pulse.newest_row else ""
    facts = {"assigned": pulse.newest_assignment.isoformat()} | ({"row": row} if row else {})
    episode = row or f"none before {pulse.newest_assignment.date().isoformat()}"
    return Trouble(topic=Topic.LOG_QUIET, episode=episode, since=pulse.newest_assignment, facts=facts)


def log_speaks(trouble: Trouble, sight: Sight) -> Facts | None:
    """A row was written after the assignment that had none."""
    row = sight.pulse.newest_row if sight.pulse else None
    return {"row": row.isoformat()} if row and row > trouble.since else None


def _is_fresh(sight: Sight) -> bool:
    """Whether the job runs again so lately that nothing can be expected of it yet: its last cycle is of before."""
    patience = SILENT_AFTER * (sight.job.interval or USUAL_INTERVAL) + LOG_LAG
    return sight.resumed is not None and sight.as_of - sight.resumed <= patience
