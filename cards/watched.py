"""What a chat or channel is told about apps: the answer to a wish, and the list of what is watched there."""

from collections.abc import Sequence
from datetime import datetime

from cards._kit import Block, Card, Tone, execute, heading, listing, make, row, safe, text, title
from cards.news_words import said_of
from cards.times import instant
from cards.watch import watch_lines, watches_card
from cards.words import _
from provisioning.model import App
from provisioning.watches import Watch
from provisioning.watching.news import EVERYTHING, Hush, News, Pace, Place, Subscription

MOST_LISTED = 15
MOST_BUTTONS = 3


def watching_card(
    apps: Sequence[App], place: Place, standing: Sequence[News], *, not_set_up: Sequence[App] = (), new: bool = True
) -> Card:
    """The answer to a wish to be told. ``apps`` empty: all of them; ``standing``: what is no news any more."""
    what = _named(apps)
    said = (
        _("From now on I tell you here what is news about {apps}.")
        if new
        else _("I tell you here already what is news about {apps}.")
    ).format(apps=what)
    body: list[Block] = [title(said, Tone.ACCENT, text(_pace_words(place.pace)))]
    body += [
        text(_("{app} is not set up for provisioning; I begin to look once it is.").format(app=safe(app.name)))
        for app in not_set_up
    ]
    if standing:
        body.append(heading(_("It stands already, so you hear of it again when it is over:")))
        body += listing([said_of(one) for one in standing[:MOST_LISTED]])
    body += [heading(_("I look for:")), *listing(_looked_for())]
    buttons = [_ask(_("What do you watch?"), "what do you watch"), *_pace_buttons(place.pace)]
    return make(body, summary=said, actions=buttons)


def place_card(place: Place, watches: Sequence[Watch], names: dict[str, str]) -> Card:
    """Everything that is told here, and what else is watched for whoever asks. ``names``: of apps, by id."""
    here = place.subscriptions
    if not here and not place.hushes:
        return watches_card(watches, hint=_how_to_begin())
    said = (
        _("I tell you here what is news about {apps}.").format(apps=_of(here))
        if here
        else _("I tell no news of apps here.")
    )
    body: list[Block] = [title(said, Tone.NEUTRAL, text(_pace_words(place.pace) if here else _how_to_begin()))]
    body += [text(_hush_line(hush, names)) for hush in place.hushes]
    body += [_line(one) for one in here[:MOST_LISTED]]
    if len(here) > MOST_BUTTONS:
        body.append(text(_("Any of them ends with: stop watching <app>").replace("<", "\\<"), subtle=True))
    stops = [_stop(one) for one in here[:MOST_BUTTONS]]
    body += [row(stops)] if stops else []
    if watches:
        body += [heading(_("For yourself, once")), *listing(watch_lines(watches[:MOST_LISTED]))]
    buttons = _pace_buttons(place.pace) if here else [_ask(_("Watch all apps"), "watch all apps")]
    return make(body, summary=said, actions=buttons)


def ended_card(apps: str, who: str) -> Card:
    """Whoever asked for it may not any more; no news are in it."""
    said = _("I no longer tell you here what is news about {apps}.").format(apps=apps)
    words = _("{name}, who asked for it, may not have news told here any more. Somebody who may writes: watch {apps}")
    below = text(words.format(name=safe(who), apps=apps))
    return make([title(said, Tone.WARNING, below)], summary=said)


def apps_named(subscription: Subscription) -> str:
    """The app's name, or all of them."""
    return safe(subscription.app.name) if subscription.app else _("all apps")


def hushed_words(app: str, until: datetime | None) -> str:
    """Of what nothing is said, until when."""
    if until is None:
        return _("Muted here: I tell no news of {app} until somebody says “unmute {app}”.").format(app=app)
    return _("Snoozed here: I tell no news of {app} until {when}.").format(app=app, when=instant(until))


def _named(apps: Sequence[App]) -> str:
    return _(", ").join(safe(app.name) for app in apps) if apps else _("all apps")


def _of(subscriptions: Sequence[Subscription]) -> str:
    everything = any(one.app is None for one in subscriptions)
    return _("all apps") if everything else _(", ").join(apps_named(one) for one in subscriptions[:MOST_LISTED])


def _line(one: Subscription) -> Block:
    words = _("{apps}: wished for by {name} on {when}")
    return text(words.format(apps=apps_named(one), name=safe(one.actor.name), when=instant(one.since)), small=True)


def _stop(one: Subscription) -> Block:
    name = one.app.name if one.app else "all apps"
    return _ask(_("Stop watching {apps}").format(apps=apps_named(one)), f"stop watching {name}")


def _hush_line(hush: Hush, names: dict[str, str]) -> str:
    app = _("all apps") if hush.app_id == EVERYTHING else safe(names.get(hush.app_id, hush.app_id))
    return hushed_words(app, hush.until)


def _pace_words(pace: Pace) -> str:
    return {
        Pace.AT_ONCE: _("Each is told as soon as I see it."),
        Pace.DAILY: _("They are told together, each morning at seven."),
        Pace.WEEKLY: _("They are told together, on Monday mornings at seven."),
    }[pace]


def _pace_buttons(pace: Pace) -> list[Block]:
    buttons = {
        Pace.AT_ONCE: _ask(_("Tell at once"), "digest off"),
        Pace.DAILY: _ask(_("Daily digest"), "digest daily"),
        Pace.WEEKLY: _ask(_("Weekly digest"), "digest weekly"),
    }
    return [button for one, button in buttons.items() if one is not pace]


def _how_to_begin() -> str:
    return _("To be told here what is news about apps, write: “watch AskCody”, or “watch all apps”.")


def _looked_for() -> list[str]:
    return [
        _("quarantine, its reason and its end; the day on which Microsoft switches the job off"),
        _("silence: no cycle for three intervals, or a log without rows although people are assigned"),
        _("far more failures than is usual for the app"),
        _("certificates and secrets of the app that end in 30 days, 7 days or 1 day"),
        _("changes of mappings and of the scoping filter, and who made them"),
    ]


def _ask(words: str, command: str) -> Block:
    return execute(words, "ask", {"text": command})
