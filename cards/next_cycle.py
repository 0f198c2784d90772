"""When the app is synced next, and when its first cycle ends: estimates, with what they are reckoned from."""

from datetime import datetime, timedelta

from cards.times import clock, distance, instant, instant_and_age, span
from cards.words import _
from provisioning.eta import FirstCycle, first_cycle
from provisioning.model import Diagnosis, Job, JobState

TODAY = timedelta(hours=12)  # so long ago the time of day says enough


def next_cycle(seen: Diagnosis) -> str:
    """In words; "not known" where nothing supports an estimate."""
    if "job" in seen.unread:
        return _("not known")
    if estimate := first_cycle(seen):
        return _end_of_the_first(estimate, seen.as_of)
    if seen.next_cycle is None:
        return _no_cycle(seen.job)
    if seen.job and seen.job.state is JobState.QUARANTINE:
        return _("{when}, Microsoft's own next try").format(when=instant_and_age(seen.next_cycle, seen.as_of))
    return _("{basis}{when}").format(when=_due(seen), basis=_basis(seen))


def first_ends(seen: Diagnosis) -> str:
    """When the first cycle ends, as a sentence for everybody; "" where nothing supports an estimate."""
    one = first_cycle(seen)
    if one is None:
        return ""
    if one.ends:
        return _("I estimate that it ends about {when}.").format(when=instant_and_age(one.ends, seen.as_of))
    if one.usual:
        return _("It has already taken longer than such cycles did before.")
    if one.least is None or one.most is None:
        return ""
    return _("By Microsoft's rule of thumb it takes between {least} and {most} in all.").format(
        least=span(one.least), most=span(one.most)
    )


def _end_of_the_first(one: FirstCycle, as_of: datetime) -> str:
    """An estimate with what it is reckoned from."""
    began = instant_and_age(one.began, as_of)
    if one.usual and one.ends:
        return _("first cycle since {began}; such cycles took {usual} on average: until about {when}").format(
            began=began, usual=span(one.usual), when=instant_and_age(one.ends, as_of)
        )
    if one.usual:
        return _("first cycle since {began}; it has taken longer than such cycles did, {usual} on average").format(
            began=began, usual=span(one.usual)
        )
    if one.ends:
        return _("first cycle since {began}, {done} of {whole} parts done: at this pace until about {when}").format(
            began=began, done=one.done, whole=one.whole, when=instant_and_age(one.ends, as_of)
        )
    if one.least is None or one.most is None:
        return _("first cycle since {began}").format(began=began)
    return _(
        "first cycle since {began}; Microsoft's rule of thumb for {n} entries is between {least} and {most} in all"
    ).format(began=began, n=one.people, least=span(one.least), most=span(one.most))


def _due(seen: Diagnosis) -> str:
    due = seen.next_cycle
    if due is not None and due <= seen.as_of:
        late = seen.as_of - due >= timedelta(minutes=1)
        return _("due now; it was expected {age}").format(age=distance(due, seen.as_of)) if late else _("due now")
    return _("about {when}").format(when=instant_and_age(due, seen.as_of))


def _basis(seen: Diagnosis) -> str:
    """What the next cycle is reckoned from."""
    job = seen.job
    if job is None or job.interval is None or job.last is None or job.last.began is None:
        return ""
    began = clock(job.last.began) if seen.as_of - job.last.began < TODAY else instant(job.last.began)
    return _("last cycle {last}, every {span}: ").format(last=began, span=span(job.interval))


def _no_cycle(job: Job | None) -> str:
    if job is None:
        return _("none: provisioning is not set up")
    if job.state is JobState.PAUSED or not job.scheduled:
        return _("none until the job is started again")
    return _("not known")
