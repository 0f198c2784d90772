"""A healthy app as a round sees it, and the ways to spoil that; for each kind of trouble how it begins and ends."""

from datetime import timedelta
from typing import Any

from provisioning.health import Pulse
from provisioning.model import Job
from provisioning.watching.news import Sight, Topic, Window
from tests import worlds

HOUR = timedelta(hours=1)


def sight(job: Job | None = None, *, later: timedelta = timedelta(0), **changes: Any) -> Sight:
    """AskCody with an active job at ``later`` after NOW."""
    return Sight(as_of=worlds.NOW + later, app=worlds.askcody(), job=job or worlds.job(), **changes)


def after(later: timedelta, state: str = "Succeeded", **changes: Any) -> Job:
    """The job whose newest cycle began a quarter of an hour before ``later``."""
    began = worlds.NOW + later - 15 * worlds.MINUTE
    return worlds.job(last=worlds.cycle(began=began, state=state, **changes))


def quiet(later: timedelta = 4 * HOUR) -> Sight:
    """Somebody was assigned at NOW, cycles go on, and no row came."""
    pulse = Pulse(failing=0, held=0, newest_row=worlds.NOW - HOUR, newest_assignment=worlds.NOW)
    return sight(after(later), later=later, pulse=pulse)


def days(now: int, *past: int) -> tuple[Window, ...]:
    """Days with so many failed attempts each, the present one first, all of them with every cycle seen."""
    return tuple(Window(cycles=36, failed=failed) for failed in (now, *past))


USUAL = (3, 4, 2, 3, 5, 3, 4, 3, 2, 4)
SPEAKING = Pulse(failing=0, held=0, newest_row=worlds.NOW - HOUR, newest_assignment=worlds.NOW - 2 * HOUR)
OFF = worlds.quarantined_job(quarantine=worlds.quarantined_job().quarantine, scheduled=False)
STORIES: dict[Topic, tuple[Sight, Sight, Sight]] = {
    Topic.QUARANTINE: (sight(), sight(worlds.quarantined_job()), sight(after(24 * HOUR), later=24 * HOUR)),
    Topic.SILENT: (sight(), sight(later=3 * HOUR), sight(after(5 * HOUR), later=5 * HOUR)),
    Topic.LOG_QUIET: (
        sight(pulse=SPEAKING),
        quiet(),
        sight(
            after(5 * HOUR),
            later=5 * HOUR,
            pulse=Pulse(newest_row=worlds.NOW + 4.5 * HOUR, newest_assignment=worlds.NOW),
        ),
    ),
    Topic.FAILURES: (
        sight(windows=days(3, *USUAL)),
        sight(after(HOUR), later=HOUR, windows=days(37, *USUAL)),
        sight(after(48 * HOUR), later=48 * HOUR, windows=days(4, 37, *USUAL)),
    ),
}
