"""What is the matter with a job, in words: the sentence that leads, what to do, and the few words of a list."""

from collections.abc import Sequence
from datetime import datetime

from cards._kit import Tone, safe
from cards.causes import quarantine_fix
from cards.times import day, instant_and_age, span
from cards.words import _, ngettext
from provisioning.health import STANDS, Concern, Pulse, switched_off_on
from provisioning.model import App, Job


def tone_of(concern: Concern | None) -> Tone:
    """The style of a card that this concern leads."""
    if concern is None:
        return Tone.GOOD
    if concern in STANDS:
        return Tone.ATTENTION
    return Tone.ACCENT if concern in {Concern.NOT_RUN, Concern.FIRST_CYCLE} else Tone.WARNING


def sentence(concern: Concern | None, app: App, job: Job | None, pulse: Pulse, as_of: datetime) -> str:
    """The whole sentence about one concern; None: the job is in order."""
    name = safe(app.name)
    if concern is None or job is None:
        return _in_order(name) if concern is None else _not_set_up(name)
    if concern is Concern.PEOPLE_FAIL:
        n = pulse.failing or 0
        said = ngettext("{app} is syncing, but {n} person fails.", "{app} is syncing, but {n} people fail.", n)
        return said.format(app=name, n=n)
    if concern is Concern.SWITCHED_OFF:
        gone = switched_off_on(job)
        said = _("{app} is not syncing: after four weeks of quarantine its job was switched off, about {day}.")
        return said.format(app=name, day=day(gone) if gone else _("not known"))
    if concern is Concern.SILENT:
        return _silent(name, job, as_of)
    return _SENTENCES[concern]().format(app=name, state=safe(job.raw_state))


def advice(concern: Concern | None, job: Job | None, pulse: Pulse, as_of: datetime) -> str:
    """For agents: what it means or what to do about it. "" where the sentence says enough."""
    if concern in {Concern.QUARANTINE, Concern.CREDENTIALS, Concern.SWITCHED_OFF}:
        reason = job.quarantine.reason if job and job.quarantine else "EncounteredQuarantineException"
        return quarantine_fix(reason)
    if concern is Concern.DELETIONS_HELD:
        return _held(pulse)
    if concern is Concern.LOG_QUIET:
        return _("The newest assignment was made {when}, and the log shows no row after it.").format(
            when=instant_and_age(pulse.newest_assignment, as_of)
        )
    return _ADVICE[concern]() if concern in _ADVICE else ""


def short(concern: Concern | None) -> str:
    """A few words, for a list of apps."""
    return _("syncing") if concern is None else _SHORT[concern]()


def told_to_people(found: Sequence[Concern]) -> tuple[Concern, ...]:
    """What concerns somebody who only waits for an account."""
    return tuple(one for one in found if one in STANDS or one in _KIND)


def kind_sentence(concern: Concern | None, app: App) -> str:
    """For people: whether it works, without reasons that are not theirs to mend."""
    name = safe(app.name)
    if concern is None:
        return _in_order(name)
    if concern is Concern.PAUSED:
        return _("{app} is not syncing: its job is paused.").format(app=name)
    if concern in STANDS:
        return _("{app} is not syncing properly at present, and IT has to mend it.").format(app=name)
    return _KIND[concern]().format(app=name)


def _in_order(name: str) -> str:
    return _("{app} is syncing.").format(app=name)


def _not_set_up(name: str) -> str:
    return _("{app} is not synced: provisioning was never set up for it.").format(app=name)


def _silent(name: str, job: Job, as_of: datetime) -> str:
    last = (job.last.ended or job.last.began) if job.last else None
    silence = span(as_of - last) if last else _("not known")
    return _("{app} is silent: its job should run, and no cycle was reported for {span}.").format(
        app=name, span=silence
    )


def _held(pulse: Pulse) -> str:
    hold = _(
        "An identity administrator looks through them in Entra and allows them there, or restores the people first. "
        "I never allow removals."
    )
    if not pulse.held:
        return hold
    count = ngettext(
        "In the week's log, the removal of {n} object is held back.",
        "In the week's log, the removal of {n} objects is held back.",
        pulse.held,
    )
    return f"{count.format(n=pulse.held)} {hold}"


_SENTENCES = {
    Concern.NOT_SET_UP: lambda: _("{app} is not synced: provisioning was never set up for it."),
    Concern.CREDENTIALS: lambda: _("{app} is not syncing: the app rejects the saved credentials."),
    Concern.DELETIONS_HELD: lambda: _("{app} holds removals back: more accounts would go than the limit allows."),
    Concern.QUARANTINE: lambda: _("{app} is not syncing properly: its job is in quarantine."),
    Concern.PAUSED: lambda: _("{app} is not syncing: its job is paused."),
    Concern.CYCLES_FAIL: lambda: _("{app} is not syncing: its last cycles failed."),
    Concern.LOG_QUIET: lambda: _("{app} reports cycles, but its log is quiet although people were assigned."),
    Concern.PRUNED: lambda: _("{app} met its error limit in the first cycle: errors were dropped."),
    Concern.UNKNOWN_STATE: lambda: _("{app}: Microsoft reports a job state that I do not know."),
    Concern.NOT_RUN: lambda: _("{app} is set up, but its job has not run yet."),
    Concern.FIRST_CYCLE: lambda: _("{app} is in its first cycle, which looks at everybody."),
}
_ADVICE = {
    Concern.NOT_SET_UP: lambda: _("An identity administrator sets it up in Entra, if the app supports it."),
    Concern.PAUSED: lambda: _("Find out why the job was stopped, then start it."),
    Concern.SILENT: lambda: _(
        "A very long cycle looks the same from outside. Test the credentials, and look at the app's provisioning page "
        "in Entra."
    ),
    Concern.PRUNED: lambda: _(
        "The job pauses itself after that cycle until the errors are mended; those that were dropped are not retried."
    ),
    Concern.FIRST_CYCLE: lambda: _("It takes from twenty minutes to days, by the number of people in scope."),
}
_KIND = {
    Concern.NOT_SET_UP: _SENTENCES[Concern.NOT_SET_UP],
    Concern.UNKNOWN_STATE: lambda: _("{app}: I cannot say whether it is syncing."),
    Concern.SILENT: lambda: _("{app} may be behind: I have seen no sync for a while."),
    Concern.NOT_RUN: _SENTENCES[Concern.NOT_RUN],
    Concern.FIRST_CYCLE: _SENTENCES[Concern.FIRST_CYCLE],
}
_SHORT = {
    Concern.NOT_SET_UP: lambda: _("not set up"),
    Concern.SWITCHED_OFF: lambda: _("switched off after four weeks of quarantine"),
    Concern.CREDENTIALS: lambda: _("the app rejects the credentials"),
    Concern.DELETIONS_HELD: lambda: _("removals are held back"),
    Concern.QUARANTINE: lambda: _("in quarantine"),
    Concern.PAUSED: lambda: _("paused"),
    Concern.CYCLES_FAIL: lambda: _("its last cycles failed"),
    Concern.SILENT: lambda: _("silent: no cycle for three intervals"),
    Concern.LOG_QUIET: lambda: _("its log is quiet"),
    Concern.PRUNED: lambda: _("its error limit was met"),
    Concern.UNKNOWN_STATE: lambda: _("in a state that I do not know"),
    Concern.PEOPLE_FAIL: lambda: _("syncing, but people fail"),
    Concern.NOT_RUN: lambda: _("set up, not run yet"),
    Concern.FIRST_CYCLE: lambda: _("in its first cycle"),
}
