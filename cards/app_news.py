"""News of an app that is watched, one card each, and many of them together on one.

A card leads with what is news in one sentence, says how it is known, and lets its readers hush it. It reads the same
with the colours off: whether something began or is over stands in the words.
"""

from collections.abc import Sequence
from datetime import datetime

from cards._kit import Block, Card, Tone, execute, facts, group, make, row, safe, text, title
from cards.news_words import FURTHER, further, said_of
from cards.times import instant
from cards.watched import hushed_words
from cards.words import _, ngettext
from provisioning.watching.news import News, Pace, Phase, Topic

MOST_LISTED = 20
MOST_APPS = 3  # with a button of their own on a digest
SNOOZE_DAYS = 1


def news_card(news: News, over: News | None = None, *, hushed: bool = False, until: datetime | None = None) -> Card:
    """One piece of news; ``over``: the news that it has ended. ``hushed``: here, ``until`` then (None: for good)."""
    said, app = said_of(news), news.app.name
    body: list[Block] = []
    if over is not None:
        ended = _("Over since {when}: {what}").format(when=instant(over.at), what=said_of(over))
        body.append(title(ended, Tone.GOOD, text(_("It was: {what}").format(what=said))))
    else:
        words = further(news)
        body.append(title(said, _tone(news), *([text(words)] if words else [])))
    if pairs := FURTHER[news.topic](news):
        body.append(facts(pairs))
    body.append(text(_("Seen at {when}.").format(when=instant(news.at)), subtle=True, small=True))
    if hushed:
        body.append(text(hushed_words(safe(app), until)))
    about = {"id": str(news.number)}
    hush = [
        execute(_("Snooze 1 day"), "snooze_news", about),
        execute(_("Mute"), "mute_news", about),
    ]
    wake = [execute(_("Tell me again"), "wake_news", about)]
    buttons = [execute(_("Show health"), "ask", {"text": f"how is {app} syncing"})]
    if news.topic is Topic.FAILURES:
        buttons.append(execute(_("Who is failing?"), "ask", {"text": f"who is failing in {app}"}))
    return make(body, summary=ended if over else said, actions=[*buttons, *(wake if hushed else hush)])


def digest_card(news: Sequence[News], pace: Pace) -> Card:
    """What was news since the last time; ``pace`` AT_ONCE: much at once, which is told together."""
    said = {
        Pace.AT_ONCE: ngettext("{n} piece of news of apps", "{n} pieces of news of apps", len(news)),
        Pace.DAILY: ngettext("The day's news of apps: {n}", "The day's news of apps: {n}", len(news)),
        Pace.WEEKLY: ngettext("The week's news of apps: {n}", "The week's news of apps: {n}", len(news)),
    }[pace].format(n=len(news))
    ordered = sorted(news, key=_weight)
    standing = [one for one in ordered if one.phase is Phase.BEGUN and not _is_over(one, news)]
    tone = Tone.WARNING if standing else Tone.NEUTRAL
    body: list[Block] = [title(said, tone)]
    body += [
        group([text(said_of(one)), text(_when(one, news), subtle=True, small=True, spacing="None")])
        for one in ordered[:MOST_LISTED]
    ]
    if len(ordered) > MOST_LISTED:
        n = len(ordered) - MOST_LISTED
        body.append(text(ngettext("… and {n} more.", "… and {n} more.", n).format(n=n)))
    names = list(dict.fromkeys(one.app.name for one in [*standing, *ordered]))[:MOST_APPS]
    buttons = [execute(_("Health of {app}").format(app=safe(name)), "ask", _health(name)) for name in names]
    return make([*body, row(buttons)], summary=said, actions=[_what_is_watched()])


def _health(app: str) -> dict[str, str]:
    return {"text": f"how is {app} syncing"}


def _what_is_watched() -> Block:
    return execute(_("What do you watch?"), "ask", {"text": "what do you watch"})


def _tone(news: News) -> Tone:
    if news.phase is Phase.OVER:
        return Tone.GOOD
    return Tone.WARNING if news.topic in {Topic.CREDENTIALS, Topic.MAPPINGS} else Tone.ATTENTION


def _weight(news: News) -> tuple[int, str, int]:
    return list(FURTHER).index(news.topic), news.app.name.casefold(), news.number


def _is_over(news: News, others: Sequence[News]) -> bool:
    end = (news.app.id, news.topic, news.episode, Phase.OVER)
    return any((one.app.id, one.topic, one.episode, one.phase) == end for one in others)


def _when(news: News, others: Sequence[News]) -> str:
    if news.phase is Phase.BEGUN and _is_over(news, others):
        return _("Seen at {when}; it is over by now.").format(when=instant(news.at))
    return _("Seen at {when}.").format(when=instant(news.at))
