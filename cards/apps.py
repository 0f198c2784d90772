"""The applications that are provisioned, and how each is doing; worst first."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cards._kit import Card, Tone, make, safe, text, title
from cards._rows import Row, rows_block
from cards.concerns import short
from cards.passport import SIGNS
from cards.times import day, instant
from cards.voice import Voice
from cards.words import _, ngettext
from provisioning.errors import DeskError
from provisioning.health import DOUBTFUL, STANDS, Concern, concerns, switched_off_on
from provisioning.model import App, Job
from provisioning.survey import Rank

MOST_LINES = 25


def apps_card(
    apps: Sequence[App],
    jobs: Mapping[str, Job | DeskError | None],
    *,
    as_of: datetime,
    question: str,
    voice: Voice = Voice.AGENT,
) -> Card:
    """``jobs`` by the app's id; apps that it does not hold were not looked at. Buttons: ``choose_app``, health."""
    shown = [(app, jobs[app.id]) for app in apps if jobs.get(app.id) is not None]
    ranked = sorted(shown, key=lambda one: _order(one[0], one[1], as_of))
    rows = [
        Row(name=app.name, sign=SIGNS[_rank(job, as_of)], words=_state(job, as_of, voice), id=app.id)
        for app, job in ranked[:MOST_LINES]
    ]
    about = {"person": "", "intent": "health", "question": question}
    lines, actions = rows_block(rows, verb="choose_app", key="app", about=about)
    broken = sum(_rank(job, as_of) is Rank.BROKEN for _app, job in shown)
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


def _lead(job: Job | DeskError | None, as_of: datetime) -> Concern | None:
    found = () if isinstance(job, DeskError) else concerns(job, as_of)
    return found[0] if found else None


def _rank(job: Job | DeskError | None, as_of: datetime) -> Rank:
    if job is None or isinstance(job, DeskError):
        return Rank.UNCLEAR
    lead = _lead(job, as_of)
    if lead is None:
        return Rank.FINE
    if lead in DOUBTFUL:
        return Rank.UNCLEAR
    return Rank.WAITING if lead is Concern.FIRST_CYCLE else Rank.BROKEN


def _order(app: App, job: Job | DeskError | None, as_of: datetime) -> tuple[int, int, str]:
    """The worst first, also among those in trouble; by name among equals."""
    lead = _lead(job, as_of)
    within = list(Concern).index(lead) if lead else 0
    return _rank(job, as_of), within, app.name.casefold()


def _state(job: Job | DeskError | None, as_of: datetime, voice: Voice) -> str:
    if job is None or isinstance(job, DeskError):
        return _("could not be read")
    lead = _lead(job, as_of)
    if voice is Voice.PERSON and lead in STANDS and lead is not Concern.PAUSED:
        return _("not syncing properly")
    words = safe(job.raw_state) if lead is Concern.UNKNOWN_STATE else short(lead)
    if lead in STANDS and (gone := switched_off_on(job)) and gone > as_of:
        return _("{words}; switched off about {day} if nothing helps").format(words=words, day=day(gone))
    return words
