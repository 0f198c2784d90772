"""Microsoft has slowed a job down to once a day, and after four weeks switches it off."""

from provisioning.health import Concern, concerns, switched_off_on
from provisioning.model import JobState
from provisioning.watching.cycles import ended_well_since, newest_end
from provisioning.watching.news import Facts, Sight, Topic, Trouble


def quarantined(sight: Sight) -> Trouble | None:
    """A job in quarantine. Another reason in the same series is told anew: something else is to be mended."""
    found = sight.job.quarantine
    if sight.job.state is not JobState.QUARANTINE or found is None:
        return None
    facts = {"reason": found.reason, "error_code": found.error_code or "", "error_message": found.error_message or ""}
    if found.next_attempt:
        facts["next_attempt"] = found.next_attempt.isoformat()
    if gone := switched_off_on(sight.job):
        facts["switched_off_on"] = gone.isoformat()
    off = Concern.SWITCHED_OFF in concerns(sight.job, sight.as_of)
    if off:
        facts["switched_off"] = "yes"
    since = found.since or sight.as_of
    return Trouble(
        topic=Topic.QUARANTINE,
        episode=since.isoformat(),
        variant="switched off" if off else found.reason,
        since=since,
        cycle=newest_end(sight.job),
        facts={name: value for name, value in facts.items() if value},
    )


def left_quarantine(trouble: Trouble, sight: Sight) -> Facts | None:
    """Active again, and a cycle ended well since: a restart alone lifts the quarantine and mends nothing."""
    return ended_well_since(trouble, sight.job)
