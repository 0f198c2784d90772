"""How the helpdesk is doing: a card with a chart where Teams draws one, and the same in words for everybody else."""

from datetime import timedelta

from cards._kit import Block, Card, Tone, execute, facts, group, heading, listing, make, row, text, title, toggle
from cards.times import distance, instant, span
from cards.words import _, ngettext
from provisioning.model import Cause
from provisioning.numbers import Numbers

SLOW = timedelta(days=7)  # what is older shows in the tone of the card
_AS_TEXT = "causes_as_text"


def numbers_card(found: Numbers, *, weekly: bool = False) -> Card:
    """``weekly``: said by itself in the helpdesk's channel, once a week."""
    said = _lead(found)
    body = [title(said, _tone(found)), *([text(_("The helpdesk's week, as every Monday."))] if weekly else [])]
    body += [facts(_now(found)), heading(_("The last seven days")), facts(_week(found)), *_causes(found)]
    body.append(
        text(
            _("Counted by Sync Desk at {when}; what other systems know of tickets is not in it.").format(
                when=instant(found.as_of)
            ),
            subtle=True,
            small=True,
        )
    )
    ask = execute(_("Open tickets"), "ask", {"text": "open tickets"})
    return make(body, summary=said, actions=[ask] if found.open else [])


def _lead(found: Numbers) -> str:
    if not found.open:
        return _("No ticket is open.")
    said = ngettext("{n} ticket is open", "{n} tickets are open", found.open).format(n=found.open)
    if found.waiting:
        waits = ngettext("{n} waits for somebody to take it", "{n} wait for somebody to take them", found.waiting)
        return _("{open}; {waiting}.").format(open=said, waiting=waits.format(n=found.waiting))
    return _("{open}; somebody has each of them.").format(open=said)


def _tone(found: Numbers) -> Tone:
    if not found.waiting:
        return Tone.GOOD
    old = found.oldest is not None and found.as_of - found.oldest > SLOW
    return Tone.WARNING if old else Tone.ACCENT


def _now(found: Numbers) -> list[tuple[str, str]]:
    young, middle, old = found.ages
    ages = _("{young} younger than a day, {middle} younger than a week, {old} older").format(
        young=young, middle=middle, old=old
    )
    pairs = [(_("Open"), str(found.open)), (_("Nobody has taken"), str(found.waiting))]
    if found.oldest is not None:
        pairs += [(_("Age"), ages), (_("The oldest"), distance(found.oldest, found.as_of))]
    return pairs


def _week(found: Numbers) -> list[tuple[str, str]]:
    pairs = [(_("Opened"), str(found.opened)), (_("Closed"), str(found.closed))]
    if found.first_answer is not None and found.first_answer_slow is not None:
        words = ngettext(
            "{half} for half of them, {most} for nine of ten ({n} answer)",
            "{half} for half of them, {most} for nine of ten ({n} answers)",
            found.answered,
        ).format(half=span(found.first_answer), most=span(found.first_answer_slow), n=found.answered)
        pairs.append((_("Time to the first answer, at most"), words))
    else:
        pairs.append((_("Time to the first answer, at most"), _("no first answer was given")))
    pairs.append((_("Solved without a human"), _alone(found)))
    return pairs


def _alone(found: Numbers) -> str:
    if not found.needed_something:
        return _("nothing had to be solved")
    share = round(100 * found.without_a_human / max(found.needed_something, found.without_a_human))
    return _("{n} of {all} ({share} %): {clicks} by a click, {itself} by itself before anybody took it").format(
        n=found.without_a_human,
        all=max(found.needed_something, found.without_a_human),
        share=share,
        clicks=found.by_click,
        itself=found.by_itself,
    )


def _causes(found: Numbers) -> list[Block]:
    """The chart, and its words: in its place where a client draws none, and behind a button for who cannot see it."""
    if not found.causes:
        return []
    counted = [(_cause(cause), people) for cause, people in found.causes]
    lines = [_("{cause}: {n}").format(cause=cause, n=people) for cause, people in counted]
    chart: Block = {
        "type": "Chart.HorizontalBar",
        "title": _("What people could not get in for"),
        "xAxisTitle": _("People and apps"),
        "displayMode": "AbsoluteWithAxis",
        "data": [{"x": cause, "y": people} for cause, people in counted],
        "fallback": {"type": "Container", "items": listing(lines)},
    }
    as_text = group(listing(lines), id=_AS_TEXT, visible=False)
    return [heading(_("Top causes")), chart, row([toggle(_("Chart as text"), _AS_TEXT)]), as_text]


def _cause(slug: str) -> str:
    """A cause in two or three words; one that has none here keeps its slug, readably."""
    names = {
        Cause.AWAITING_CYCLE: _("waiting for the next cycle"),
        Cause.NO_ACCOUNT: _("no account in the directory"),
        Cause.AMBIGUOUS_PERSON: _("more than one account"),
        Cause.SOFT_DELETED: _("account deleted"),
        Cause.ACCOUNT_DISABLED: _("account disabled"),
        Cause.NOT_CONFIGURED: _("provisioning not set up"),
        Cause.JOB_QUARANTINED: _("job in quarantine"),
        Cause.JOB_PAUSED: _("job paused"),
        Cause.NOT_ASSIGNED: _("not assigned"),
        Cause.NESTED_GROUP_ONLY: _("only in a nested group"),
        Cause.MISSING_ATTRIBUTE: _("attribute missing"),
        Cause.FILTERED_OUT: _("filtered out"),
        Cause.VALUE_TAKEN_IN_APP: _("value taken in the app"),
        Cause.UNKNOWN_CODE: _("error code not known"),
        Cause.UNEXPLAINED: _("not explained"),
    }
    return {cause.value: name for cause, name in names.items()}.get(slug, slug.replace("_", " "))
