"""Watches: what is waited for, what became of it, and the list of one's own."""

from collections.abc import Sequence

from cards._kit import Block, Card, Tone, execute, group, make, row, safe, text, title
from cards.times import day, instant
from cards.words import _
from provisioning.crowds import Crowd, CrowdState
from provisioning.model import Diagnosis
from provisioning.tickets import Ticket
from provisioning.watches import Watch, WatchKind, WatchState

MOST_LISTED = 15
MOST_BUTTONS = 5


def watch_card(watch: Watch) -> Card:
    """One watch as it stands, for whoever wished for it."""
    said, tone, below = {
        WatchState.OPEN: _open,
        WatchState.MET: _met,
        WatchState.EXPIRED: _expired,
        WatchState.CANCELLED: _cancelled,
    }[watch.state](watch)
    actions = []
    if watch.state is WatchState.OPEN and watch.number:
        actions.append(execute(_("Stop watching"), "unwatch", _about(watch)))
    if watch.state is WatchState.EXPIRED:
        actions.append(execute(_("Watch again"), "watch", _about(watch)))
    if watch.number:
        actions.append(execute(_("My watches"), "ask", {"text": "my watches"}))
    return make([title(said, tone, text(below))], summary=said, actions=actions)


def watch_news(watch: Watch) -> str:
    """The line that is said in the chat when a watch has ended."""
    state = {WatchState.MET: _met, WatchState.EXPIRED: _expired}.get(watch.state, _cancelled)
    said, _tone, below = state(watch)
    return f"{said} {below}"


def watches_card(watches: Sequence[Watch], *, hint: str = "") -> Card:
    """Everything that is watched for one person. ``hint``: what else they may have watched."""
    said = _("What I watch for you") if watches else _("I watch nothing for you.")
    body: list[Block] = [title(said)]
    if not watches:
        body.append(text(_("Write, for example: “tell me when I am in AskCody”.")))
    shown = watches[:MOST_LISTED]
    for n, (watch, line) in enumerate(zip(shown, watch_lines(shown), strict=True)):
        stop = execute(_("Stop {watch}").format(watch=watch.name), "unwatch", _about(watch))
        body.append(group([text(line), *([row([stop])] if n < MOST_BUTTONS else [])], separator=True, spacing="Small"))
    if len(watches) > MOST_BUTTONS:
        body.append(text(_("Any of them ends with: stop watch {watch}").format(watch=watches[-1].name), subtle=True))
    body += [text(hint)] if hint else []
    return make(body, summary=said)


def watch_lines(watches: Sequence[Watch]) -> list[str]:
    """One line for each."""
    line = _("{watch}: {what}, until {day}")
    return [line.format(watch=watch.name, what=_what(watch), day=day(watch.expires)) for watch in watches]


def closed_already_card(ticket: Ticket) -> Card:
    """Nothing to wait for: the ticket is closed by now."""
    said = _("{ticket} is closed already.").format(ticket=ticket.name)
    return make([title(said, Tone.GOOD)], summary=said, actions=[execute(ticket.name, "ask", {"text": ticket.name})])


def ended_already_card(crowd: Crowd) -> Card:
    """Nothing to wait for: the list of people is over by now."""
    said = _ended(crowd.number, crowd.state.value)
    return make([title(said, Tone.GOOD)], summary=said, actions=[_show(crowd.number)])


def watching_words(watch: Watch) -> str:
    """The same as the open watch's card, in one line, for who pressed a button on another card."""
    said, _tone, below = _open(watch)
    return f"{said} {below} " + _("What I watch for you is listed when you write: my watches")


def there_already(diagnosis: Diagnosis) -> str:
    """That there is nothing to wait for, in one sentence."""
    name, app = safe(diagnosis.person.name or diagnosis.person.upn), safe(diagnosis.app.name)
    return _("{name} is in {app} already.").format(name=name, app=app)


def there_already_card(diagnosis: Diagnosis) -> Card:
    """Nothing to wait for: the log shows the person in the app by now."""
    said = there_already(diagnosis)
    event = diagnosis.last_event
    when = _("The provisioning log shows it on {when}.").format(when=instant(event.at)) if event else ""
    return make([title(said, Tone.GOOD, *([text(when)] if when else []))], summary=said)


def _app(watch: Watch) -> str:
    return safe(watch.app.name) if watch.app else ""


def _what(watch: Watch) -> str:
    app = _app(watch)
    if watch.ticket:
        return _("until SD-{number} is closed").format(number=watch.ticket)
    if watch.crowd:
        return _("until C-{number} has ended").format(number=watch.crowd)
    if watch.person is not None:
        return _("{name} in {app}").format(name=safe(watch.person.name), app=app)
    if watch.kind is WatchKind.WELL:
        return _("until the sync of {app} runs well again").format(app=app)
    return _("whether the sync of {app} goes on running well").format(app=app)


def _open(watch: Watch) -> tuple[str, Tone, str]:
    app, until = _app(watch), day(watch.expires)
    if watch.ticket:
        said = _("I tell you here when SD-{number} is closed.").format(number=watch.ticket)
        below = _("I look until {day}.")
    elif watch.crowd:
        said = _("I tell you here when C-{number} has ended.").format(number=watch.crowd)
        below = _("I look until {day}.")
    elif watch.person is not None:
        said = _("I tell you here when {name} is in {app}.").format(name=safe(watch.person.name), app=app)
        below = _("Only a success in the provisioning log that is newer than your wish counts. I look until {day}.")
    elif watch.kind is WatchKind.WELL:
        said = _("I tell you here when the sync of {app} runs well again.").format(app=app)
        below = _("Only a cycle that ended well after your wish counts. I look until {day}.")
    else:
        said = _("The sync of {app} runs well; I tell you here if it does not any more.").format(app=app)
        below = _("I look until {day}.")
    return said, Tone.ACCENT, below.format(day=until)


def _met(watch: Watch) -> tuple[str, Tone, str]:
    app, when = _app(watch), instant(watch.met_at)
    if watch.ticket:
        said = _("SD-{number} is closed.").format(number=watch.ticket)
        below = _("That was on {when}. To see how it ended, write: SD-{number}")
        return said, Tone.GOOD, below.format(when=when, number=watch.ticket)
    if watch.crowd:
        below = _("That was on {when}. To see how everybody came out, write: crowd C-{number}")
        return _ended(watch.crowd, watch.proof), Tone.GOOD, below.format(when=when, number=watch.crowd)
    if watch.person is not None:
        said = _("{name} is in {app} now.").format(name=safe(watch.person.name), app=app)
        return said, Tone.GOOD, _("The provisioning log shows the success of {when}.").format(when=when)
    if watch.kind is WatchKind.WELL:
        said = _("The sync of {app} runs well again.").format(app=app)
        return said, Tone.GOOD, _("A cycle ended well on {when}.").format(when=when)
    said = _("The sync of {app} does not run well any more.").format(app=app)
    return said, Tone.ATTENTION, _("I saw it on {when}. Ask me how it is syncing.").format(when=when)


def _ended(number: int, how: str) -> str:
    """``how``: a CrowdState."""
    if how == CrowdState.STOPPED:
        return _("C-{number} was stopped.").format(number=number)
    return _("C-{number} has ended.").format(number=number)


def _show(crowd: int) -> Block:
    return execute(f"C-{crowd}", "ask", {"text": f"crowd C-{crowd}"})


def _expired(watch: Watch) -> tuple[str, Tone, str]:
    said = _("I stop watching: {what}.").format(what=_what(watch))
    return said, Tone.WARNING, _("It has not happened since {day}.").format(day=day(watch.created))


def _cancelled(watch: Watch) -> tuple[str, Tone, str]:
    said = _("I no longer watch: {what}.").format(what=_what(watch))
    return said, Tone.NEUTRAL, _("Ask again whenever you like.")


def _about(watch: Watch) -> dict[str, str | int]:
    return {"id": str(watch.number), "version": watch.version}
