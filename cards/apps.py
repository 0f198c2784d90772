"""The applications that are provisioned, and how each is doing; worst first."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cards._kit import Card, Tone, make, safe, text, title
from cards._rows import Row, rows_block
from cards.passport import SIGNS
from cards.times import instant
from cards.words import _, ngettext
from provisioning.errors import DeskError
from provisioning.model import App, Job, JobState
from provisioning.survey import Rank

MOST_LINES = 25


def apps_card(
    apps: Sequence[App], jobs: Mapping[str, Job | DeskError | None], *, as_of: datetime, question: str
) -> Card:
    """``jobs`` by the app's id; apps that it does not hold were not looked at. Buttons: ``choose_app``, health."""
    shown = [(app, jobs[app.id]) for app in apps if jobs.get(app.id) is not None]
    ranked = sorted(shown, key=lambda one: (_rank(one[1]), one[0].name.casefold()))
    rows = [
        Row(name=app.name, sign=SIGNS[_rank(job)], words=_state(job), id=app.id) for app, job in ranked[:MOST_LINES]
    ]
    about = {"person": "", "intent": "health", "question": question}
    lines, actions = rows_block(rows, verb="choose_app", key="app", about=about)
    broken = sum(_rank(job) is Rank.BROKEN for _app, job in shown)
    body = [
        title(_said(len(shown), broken), Tone.ATTENTION if broken else Tone.GOOD if shown else Tone.NEUTRAL),
        *lines,
    ]
    body += [text(words, subtle=True) for words in _rest(apps, jobs, len(shown))]
    read = _("A line says whether the app's job runs; who fails in it shows when you open it. Read at {when}.")
    body.append(text(read.format(when=instant(as_of)), subtle=True, small=True, separator=True))
    return make(body, summary=_said(len(shown), broken), actions=actions)


def _said(count: int, broken: int) -> str:
    if not count:
        return _("No app is provisioned that I can see.")
    words = ngettext(
        "{n} app is provisioned; in trouble: {broken}.", "{n} apps are provisioned; in trouble: {broken}.", count
    )
    return (
        words.format(n=count, broken=broken)
        if broken
        else ngettext(
            "{n} app is provisioned, and its job runs.", "{n} apps are provisioned, and their jobs run.", count
        ).format(n=count)
    )


def _rest(apps: Sequence[App], jobs: Mapping[str, Job | DeskError | None], shown: int) -> list[str]:
    words = []
    if shown > MOST_LINES:
        more = shown - MOST_LINES
        words.append(
            ngettext(
                "{n} more app follows; ask about it by name.", "{n} more apps follow; ask about one by name.", more
            ).format(n=more)
        )
    without = [app for app in apps if app.id in jobs and jobs[app.id] is None]
    if without:
        names = ", ".join(safe(app.name) for app in without[:12]) + (" …" if len(without) > 12 else "")
        words.append(_("Without provisioning: {apps}.").format(apps=names))
    unlooked = sum(app.id not in jobs for app in apps)
    if unlooked:
        words.append(
            ngettext("{n} more app was not looked at.", "{n} more apps were not looked at.", unlooked).format(
                n=unlooked
            )
        )
    return words


def _rank(job: Job | DeskError | None) -> Rank:
    if job is None or isinstance(job, DeskError):
        return Rank.UNCLEAR
    if job.state in {JobState.NOT_RUN, JobState.OTHER, JobState.NOT_CONFIGURED}:
        return Rank.UNCLEAR
    stands = job.state in {JobState.QUARANTINE, JobState.PAUSED} or not job.scheduled
    return Rank.BROKEN if stands or job.successive_failures else Rank.FINE


def _state(job: Job | DeskError | None) -> str:
    if job is None or isinstance(job, DeskError):
        return _("could not be read")
    if job.state is JobState.QUARANTINE:
        return _("in quarantine")
    if job.state is JobState.PAUSED or not job.scheduled:
        return _("paused")
    words = {
        JobState.NOT_CONFIGURED: _("not set up"),
        JobState.NOT_RUN: _("set up, not run yet"),
        JobState.ACTIVE: _("its last cycles failed") if job.successive_failures else _("syncing"),
    }
    return words.get(job.state, safe(job.raw_state))
