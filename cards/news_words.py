"""What is news of a watched app, in words: the sentence that leads, what it means, and the facts below it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from cards._kit import safe
from cards.causes import quarantine_fix, quarantine_reason
from cards.times import day, instant, span
from cards.words import _, ngettext
from provisioning.watching.news import Drift, DriftKind, News, Phase, Topic

MOST_DRIFTS = 10
LONGEST_SIDE = 140  # characters of an old or new value
Pairs = list[tuple[str, str]]


def said_of(news: News) -> str:
    """The whole sentence."""
    return _SAID[news.topic, news.phase](news)


def further(news: News) -> str:
    """What it means or what to do about it; "" where the sentence says enough."""
    find = _MEANT.get((news.topic, news.phase))
    return find(news) if find else ""


def _app(news: News) -> str:
    return safe(news.app.name)


def _instant(news: News, fact: str) -> str:
    return instant(_at(news, fact))


def _at(news: News, fact: str) -> datetime | None:
    return datetime.fromisoformat(news.facts[fact]) if fact in news.facts else None


def _failed(news: News) -> str:
    return news.facts.get("failed", "0")


# Quarantine


def _quarantined(news: News) -> str:
    if "switched_off" in news.facts:
        said = _("{app} is switched off: after four weeks of quarantine Microsoft stopped its job.")
        return said.format(app=_app(news))
    reason = safe(quarantine_reason(news.facts.get("reason", "")))
    return _("{app} is in quarantine: {reason}.").format(app=_app(news), reason=reason)


def _what_to_do(news: News) -> str:
    fix = quarantine_fix(news.facts.get("reason", ""))
    if "switched_off" in news.facts:
        return f"{fix} " + _("Nobody is provisioned until then; the job has to be started again.")
    return fix


def _of_quarantine(news: News) -> Pairs:
    if news.phase is Phase.OVER:
        return [(_("In quarantine since"), instant(news.since)), *_cycle(news)]
    pairs = [(_("In quarantine since"), instant(news.since))]
    if "next_attempt" in news.facts:
        pairs.append((_("Microsoft tries again"), _instant(news, "next_attempt")))
    gone = _at(news, "switched_off_on")
    if gone and "switched_off" in news.facts:
        pairs.append((_("Switched off on"), day(gone)))
    elif gone:
        pairs.append((_("Switched off on"), _("{day}, if nothing helps").format(day=day(gone))))
    if news.facts.get("error_message"):
        pairs.append((_("Error"), safe(news.facts["error_message"])))
    return pairs


def _left_quarantine(news: News) -> str:
    return _("{app} is out of quarantine: a cycle ended well.").format(app=_app(news))


def _cycle(news: News) -> Pairs:
    """The newest cycle, where it is the proof."""
    if "ended" not in news.facts:
        return []
    pairs = [(_("The cycle ended"), _instant(news, "ended"))]
    if _failed(news) != "0":
        pairs.append((_("Still failing in it"), _failed(news)))
    return pairs


# Silence


def _silent(news: News) -> str:
    last = _at(news, "last")
    silence = span(news.at - last) if last else _("not known")
    said = _("{app} is silent: its job should run, and no cycle was reported for {span}.")
    return said.format(app=_app(news), span=silence)


def _silence_means(news: News) -> str:
    return _(
        "A very long cycle looks the same from outside. Test the credentials, and look at the app's provisioning page "
        "in Entra."
    )


def _heard_again(news: News) -> str:
    if news.facts.get("state") == "Failed":
        return _("{app} reports cycles again, and the newest one failed.").format(app=_app(news))
    return _("{app} reports cycles again.").format(app=_app(news))


def _of_silence(news: News) -> Pairs:
    pairs = [(_("Last cycle before the silence"), _instant(news, "last"))]
    if "interval" in news.facts:
        pairs.append((_("A cycle is due every"), span(timedelta(seconds=int(news.facts["interval"])))))
    return [*pairs, *_cycle(news)]


def _log_quiet(news: News) -> str:
    said = _("{app} reports cycles, but its log is quiet although people were assigned.")
    return said.format(app=_app(news))


def _log_speaks(news: News) -> str:
    return _("The log of {app} shows rows again.").format(app=_app(news))


def _of_the_log(news: News) -> Pairs:
    row = _instant(news, "row") if "row" in news.facts else _("none in the last seven days")
    name = _("First row after the quiet") if news.phase is Phase.OVER else _("Last row before the quiet")
    return [(_("Somebody was assigned"), _instant(news, "assigned")), (name, row)]


# Failures


def _spike(news: News) -> str:
    said = _("More fails in {app} than usual: {failed} failed attempts in 24 hours, usually {usual}.")
    return said.format(app=_app(news), failed=news.facts.get("failed", ""), usual=news.facts.get("usual", ""))


def _spike_means(news: News) -> str:
    return _("Attempts of everybody who fails count, retries included, as Microsoft reports them for each cycle.")


def _calmed(news: News) -> str:
    said = _("Failures in {app} are back to normal: {now} failed attempts in the last 24 hours.")
    return said.format(app=_app(news), now=news.facts.get("now", ""))


def _of_failures(news: News) -> Pairs:
    usual = _("{usual} a day, the middle of {days} days that I have seen").format(
        usual=news.facts.get("usual", ""), days=news.facts.get("days", "")
    )
    pairs = [(_("Usual for this app"), usual), (_("At its beginning"), news.facts.get("failed", ""))]
    return [*pairs, (_("Since"), instant(news.since))]


# Credentials


def _ends_soon(news: News) -> str:
    left = max((news.since - news.at).days, 0)
    when = ngettext("in {n} day", "in {n} days", left).format(n=left) if left else _("within a day")
    kinds = news.facts.get("kinds", "")
    words = {
        "certificate": _("A certificate of {app} ends {when}, on {day}."),
        "secret": _("A secret of {app} ends {when}, on {day}."),
    }.get(kinds, _("A certificate and a secret of {app} end {when}, on {day}."))
    return words.format(app=_app(news), when=when, day=day(news.since))


def _which_credential(news: News) -> str:
    words = _(
        "Whether provisioning uses it, Microsoft Graph does not say: the secret that was saved for provisioning has no "
        "date that can be read. People may sign in with it."
    )
    newer = _at(news, "newer")
    if newer is None:
        return words
    return words + " " + _("Another one of its kind lasts until {day}.").format(day=day(newer))


def _of_credentials(news: News) -> Pairs:
    where = _("the app registration") if "registration" in news.facts else _("the enterprise application")
    pairs = [(_("Where it is"), where), (_("It ends"), instant(news.since))]
    return [*pairs, (_("Called"), safe(news.facts["names"]))] if "names" in news.facts else pairs


# Mappings


def _drifted(news: News) -> str:
    scope = [one for one in news.drifts if one.kind is DriftKind.SCOPE]
    n = len(news.drifts) - len(scope)
    if not n:
        return _("The scoping filter of {app} was changed.").format(app=_app(news))
    said = ngettext("{n} mapping of {app} was changed.", "{n} mappings of {app} were changed.", n)
    if scope:
        said = ngettext(
            "{n} mapping and the scoping filter of {app} were changed.",
            "{n} mappings and the scoping filter of {app} were changed.",
            n,
        )
    return said.format(app=_app(news), n=n)


def _drift_means(news: News) -> str:
    return _("Saving it starts a full cycle, which looks at everybody.")


def _of_drifts(news: News) -> Pairs:
    by = safe(news.facts["by"]) if "by" in news.facts else _("the audit log does not show it (yet)")
    pairs = [(_("Changed by"), by)]
    if "changed" in news.facts:
        pairs.append((_("Changed at"), _instant(news, "changed")))
    pairs += [_drift(one) for one in news.drifts[:MOST_DRIFTS]]
    if len(news.drifts) > MOST_DRIFTS:
        n = len(news.drifts) - MOST_DRIFTS
        pairs.append((_("And"), ngettext("{n} more change", "{n} more changes", n).format(n=n)))
    return pairs


def _drift(one: Drift) -> tuple[str, str]:
    old = safe(one.old, longest=LONGEST_SIDE) or _("nothing")
    new = safe(one.new, longest=LONGEST_SIDE) or _("nothing")
    name = _("Scoping filter") if one.kind is DriftKind.SCOPE else safe(one.name)
    words = {
        DriftKind.ADDED: _("new, filled with {new}"),
        DriftKind.REMOVED: _("no longer filled; it was {old}"),
        DriftKind.CHANGED: _("was {old}, is {new}"),
        DriftKind.MATCHING: _("matched by in the order {new}; it was {old}"),
        DriftKind.DEFAULT: _("where the source is empty: was {old}, is {new}"),
        DriftKind.SCOPE: _("was {old}, is {new}"),
    }[one.kind]
    return name, words.format(old=old, new=new)


_SAID: Mapping[tuple[Topic, Phase], Callable[[News], str]] = {
    (Topic.QUARANTINE, Phase.BEGUN): _quarantined,
    (Topic.QUARANTINE, Phase.OVER): _left_quarantine,
    (Topic.SILENT, Phase.BEGUN): _silent,
    (Topic.SILENT, Phase.OVER): _heard_again,
    (Topic.LOG_QUIET, Phase.BEGUN): _log_quiet,
    (Topic.LOG_QUIET, Phase.OVER): _log_speaks,
    (Topic.FAILURES, Phase.BEGUN): _spike,
    (Topic.FAILURES, Phase.OVER): _calmed,
    (Topic.CREDENTIALS, Phase.BEGUN): _ends_soon,
    (Topic.MAPPINGS, Phase.BEGUN): _drifted,
}
_MEANT: Mapping[tuple[Topic, Phase], Callable[[News], str]] = {
    (Topic.QUARANTINE, Phase.BEGUN): _what_to_do,
    (Topic.SILENT, Phase.BEGUN): _silence_means,
    (Topic.FAILURES, Phase.BEGUN): _spike_means,
    (Topic.CREDENTIALS, Phase.BEGUN): _which_credential,
    (Topic.MAPPINGS, Phase.BEGUN): _drift_means,
}
FURTHER: Mapping[Topic, Callable[[News], Pairs]] = {
    Topic.QUARANTINE: _of_quarantine,
    Topic.SILENT: _of_silence,
    Topic.LOG_QUIET: _of_the_log,
    Topic.FAILURES: _of_failures,
    Topic.CREDENTIALS: _of_credentials,
    Topic.MAPPINGS: _of_drifts,
}  # in the order of a digest
