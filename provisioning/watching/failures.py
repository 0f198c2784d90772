"""More failed attempts than is usual for this app, by what the desk itself has seen of its cycles.

The figure is Graph's count of people who failed in each cycle, retries included, over twenty-four hours, held against
the same stretches of the last four weeks. Median and median deviation are not moved by a bad day or two. With less
than a week of such days nothing is said, and a day in which the desk saw too few cycles does not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from provisioning.watching.news import Facts, Sight, Topic, Trouble, Window

WINDOW = timedelta(hours=24)  # evens out day and night
WINDOWS = 29  # the present one and four weeks
ENOUGH = 7  # days to know what is usual
LEAST_MORE = 10  # failed attempts above the usual number
TIMES = 3  # as many as usual
DEVIATIONS = 6  # beyond the usual ups and downs


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """What is usual: failed attempts in a day, in how many days that was seen, and from how many on it is a spike."""

    usual: float
    days: int
    spike: float

    @property
    def calm(self) -> float:
        """At most so many: the spike is over. Half the way down, so that it does not begin and end by turns."""
        return self.usual + (self.spike - self.usual) / 2


def normal(windows: Sequence[Window]) -> Normal | None:
    """What is usual before the newest window; None: too little was seen to say."""
    past = [one for one in windows[1:] if is_whole(one, windows)]
    if len(past) < ENOUGH:
        return None
    usual = median(one.failed for one in past)
    deviation = median(abs(one.failed - usual) for one in past)
    spike = max(usual + LEAST_MORE, usual * TIMES, usual + deviation * DEVIATIONS)
    return Normal(usual=usual, days=len(past), spike=spike)


def is_whole(window: Window, windows: Sequence[Window]) -> bool:
    """Whether at least half as many cycles were seen in it as in the day in which most were."""
    return window.cycles > 0 and window.cycles * 2 >= max((one.cycles for one in windows[1:]), default=0)


def readable(sight: Sight) -> bool:
    """Whether a spike could be told: not in the first cycle, which looks at everybody."""
    return sight.windows is not None and sight.job.first_steady is not None and normal(sight.windows) is not None


def spiking(sight: Sight) -> Trouble | None:
    """As soon as the newest window holds as many failures as make a spike, whole or not."""
    usual = normal(sight.windows or ())
    if usual is None or not sight.windows or sight.windows[0].failed < usual.spike:
        return None
    facts = {
        "failed": str(sight.windows[0].failed),
        "usual": f"{usual.usual:g}",
        "days": str(usual.days),
        "calm": f"{usual.calm:g}",
    }
    return Trouble(topic=Topic.FAILURES, episode=sight.as_of.isoformat(), since=sight.as_of, facts=facts)


def calmed(trouble: Trouble, sight: Sight) -> Facts | None:
    """The newest window is whole and holds few failures again, by what was usual before the spike."""
    windows = sight.windows or ()
    if not windows or not is_whole(windows[0], windows) or windows[0].failed > float(trouble.facts["calm"]):
        return None
    return {"now": str(windows[0].failed)}
