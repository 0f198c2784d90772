"""What is said about people of a crowd: their state in a word and a sign, and the reason in a sentence."""

from collections.abc import Sequence
from datetime import timedelta

from cards import causes
from cards._kit import safe
from cards.refusals import refusal_words
from cards.times import span
from cards.troubles import held_words, spoken, trouble_said
from cards.words import _, ngettext
from provisioning.cases import Refusal, Trouble
from provisioning.crowds import MemberState, Why
from provisioning.model import Cause

BAR = 12  # signs; with the percentage behind them, one line on a phone

SIGNS = {
    MemberState.LEFT_OUT: "–",
    MemberState.WAITING: "○",
    MemberState.CALLING: "…",
    MemberState.CHECKING: "…",
    MemberState.DONE: "✓",
    MemberState.FAILED: "✗",
    MemberState.SKIPPED: "–",
    MemberState.UNCERTAIN: "?",
    MemberState.STOPPED: "–",
}


def state_words(state: MemberState) -> str:
    """One word or two."""
    return {
        MemberState.LEFT_OUT: _("left out"),
        MemberState.WAITING: _("waiting"),
        MemberState.CALLING: _("being called"),
        MemberState.CHECKING: _("answered, not yet in the log"),
        MemberState.DONE: _("done"),
        MemberState.FAILED: _("failed"),
        MemberState.SKIPPED: _("left out at their turn"),
        MemberState.UNCERTAIN: _("not known"),
        MemberState.STOPPED: _("not called"),
    }[state]


def reason_words(why: str, fact: str = "", told: str = "") -> str:
    """Why somebody was not provisioned, in one sentence that fits everybody with this reason."""
    said = _reason(why, fact)
    return said + (" " + _("What was said: {words}").format(words=safe(spoken(told))) if told else "")


def group_words(why: str, fact: str, told: str) -> str:
    """The same for a group: the app's own words stand beside a reason that says little, else they only repeat it."""
    telling = why in set(Cause) and Cause(why) not in {Cause.UNKNOWN_CODE, Cause.UNEXPLAINED}
    return reason_words(why, fact, "" if telling else told)


def _reason(why: str, fact: str) -> str:
    if why in set(Cause):
        facts: dict[str, str | tuple[str, ...]] = {}
        if fact:
            facts = {"attributes": tuple(fact.split(", ")), "attribute": fact, "code": fact}
        return causes.meaning(Cause(why), facts)
    if why == Refusal.ALREADY_RUNNING and fact:
        return held_words(fact)
    if why in set(Refusal):
        return refusal_words(why)
    if why in set(Trouble):
        return trouble_said(why) + (f" ({safe(fact)})" if fact else "")
    own = {
        Why.ALREADY_THERE: _("They are in the app already; the newest log row says so."),
        Why.UNREAD: _("The account could not be read."),
        Why.STOPPED: _("The crowd was stopped before their turn."),
        Why.SKIPPED: _("Microsoft skipped them."),
        Why.UNSEEN: _("Microsoft Graph was too busy to tell of them; I look at everything before their call."),
    }
    said = own.get(Why(why), "") if why in set(Why) else ""
    return said + (f" ({safe(fact)})" if said and fact else "")


def bar(share: float) -> str:
    """The progress as a row of signs with the percentage behind it; it reads without any colour."""
    full = round(max(0.0, min(1.0, share)) * BAR)
    return "▰" * full + "▱" * (BAR - full) + f" {round(share * 100)} %"


def people(count: int) -> str:
    """ "1 person", "12 people"."""
    return ngettext("{n} person", "{n} people", count).format(n=count)


def some_of(names: Sequence[str], count: int) -> str:
    """The names, and how many of all ``count`` are not among them."""
    said = ", ".join(safe(name) for name in names)
    return _("{names} and {n} more").format(names=said, n=count - len(names)) if count > len(names) else said


def duration(length: timedelta) -> str:
    """Minutes and, below ten of them, seconds: a crowd's pace is a matter of seconds."""
    seconds = round(length.total_seconds())
    if seconds >= 600 or seconds < 1:
        return span(length)
    minutes, rest = divmod(seconds, 60)
    parts = []
    if minutes:
        parts.append(ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes))
    if rest or not minutes:
        parts.append(ngettext("{n} second", "{n} seconds", rest).format(n=rest))
    return " ".join(parts)
