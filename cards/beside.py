"""What stands beside the root cause, for agents: how somebody holds the app, whom else it hits, what a run would do."""

from collections.abc import Mapping, Sequence

from cards import causes
from cards._kit import safe
from cards.causes._seen import listed
from cards.events import event_words
from cards.times import day, instant
from cards.words import _, ngettext
from provisioning.attempts import Step, Verdict
from provisioning.cases import Refusal
from provisioning.model import DEFAULT_ACCESS, Assignment, Cause, Diagnosis, Owner, Retry

MOST_WAYS = 4  # assignments that are named
_FINE = frozenset({Cause.PROVISIONED, Cause.IN_SYNC})
_NO_RUN = {
    Refusal.JOB_PAUSED.value: lambda: _("nothing would happen: the job is stopped"),
    Refusal.JOB_QUARANTINED.value: lambda: _(
        "nothing would happen: Microsoft refuses runs while the job is in quarantine"
    ),
    Refusal.JOB_NOT_CONFIGURED.value: lambda: _("nothing would happen: provisioning is not set up"),
}


def fact_pairs(seen: Diagnosis) -> list[tuple[str, str]]:
    """Assignment, what a run would do now, and the owner by name where the cause is the app's."""
    pairs = [] if seen.assignments is None else [(_("Assigned"), _assigned(seen.assignments, seen.roles))]
    if said := outlook_words(seen):
        pairs.append((_("If it ran now"), said))
    if Owner.APP_ADMIN in seen.root.owner and seen.app.owners:
        pairs.append((_("Owner of the app"), listed([safe(owner) for owner in seen.app.owners[:MOST_WAYS]])))
    return pairs


def remarks(seen: Diagnosis) -> list[str]:
    """Whether it is only this person, and what kind of account it is."""
    words = []
    if seen.alike:
        words.append(_alike(seen))
    said = _("The group “{group}” itself failed: {event}.")
    words += [
        said.format(group=safe(one.group.name), event=event_words(one.row, seen.as_of)) for one in seen.group_failures
    ]
    if seen.place:
        words.append(_place(seen.place))
    if seen.person.guest and seen.root.cause not in _FINE:
        words.append(_("It is a guest account: check that the app takes guests, and their address."))
    return words


def outlook_words(seen: Diagnosis) -> str:
    """What a run would do by today's data, without touching the app.

    "" where the account is there anyway, and where the card's head says that it would fail again.
    """
    if seen.root.cause in _FINE or _fails_again(seen):
        return ""
    if seen.refusal in _NO_RUN:
        return _NO_RUN[seen.refusal]()
    bad = {Verdict.SKIPPED, Verdict.FAILURE}
    stop = next((report for report in seen.steps if report.predicted and report.verdict in bad), None)
    finding = next((one for one in seen.findings if stop and one.step in _stopping(stop.step)), None)
    if stop and finding:
        because = causes.also(finding, seen)
        if stop.verdict is Verdict.SKIPPED:
            return _("the person would be skipped, because {because}").format(because=because)
        return _("it would most likely fail, because {because}").format(because=because)
    if seen.may_provision and not stop:
        return _("nothing that can be read speaks against it; whether the app accepts it shows only when it is tried")
    return _("not known")


def _fails_again(seen: Diagnosis) -> bool:
    failed = seen.last_event is not None and seen.last_event.verdict is Verdict.FAILURE
    return failed and seen.root.retry is Retry.AFTER_FIX and seen.may_provision


def _stopping(step: Step) -> frozenset[Step]:
    """Where the findings stand that stop a run at a step: accounts and assignments are looked at in scoping."""
    if step is Step.SCOPING:
        return frozenset({Step.SCOPING, Step.ASSIGNMENT, Step.IDENTITY})
    return frozenset({step, Step.IMPORT, Step.MATCHING, Step.EXPORT})


def _assigned(assignments: Sequence[Assignment], roles: Mapping[str, str]) -> str:
    if not assignments:
        return _("no, neither directly nor by a group of their own")
    ways = [_way(one, roles) for one in assignments[:MOST_WAYS]]
    more = len(assignments) - MOST_WAYS
    if more > 0:
        ways.append(ngettext("{n} more", "{n} more", more).format(n=more))
    return "; ".join(ways)


def _way(one: Assignment, roles: Mapping[str, str]) -> str:
    words = _("directly") if one.group is None else _("by the group “{group}”").format(group=safe(one.group.name))
    if one.group is not None and one.group.security_enabled is False:
        words = _("{way}, which is not security-enabled").format(way=words)
    if one.group is not None and one.group.rule:
        words = _("{way}, which fills by a rule").format(way=words)
    if one.role_id == DEFAULT_ACCESS:
        words = _("{way}, with default access").format(way=words)
    elif one.role_id in roles:
        words = _("{way}, with the role “{role}”").format(way=words, role=safe(roles[one.role_id]))
    return _("{way}, since {day}").format(way=words, day=day(one.since)) if one.since else words


def _alike(seen: Diagnosis) -> str:
    assert seen.alike is not None
    n, since = seen.alike.others, instant(seen.alike.since)
    if seen.alike.whole:
        said = ngettext(
            "{n} other person has met the same failure since {when}.",
            "{n} other people have met the same failure since {when}.",
            n,
        )
    else:
        said = ngettext(
            "At least {n} other person has met the same failure since {when}.",
            "At least {n} other people have met the same failure since {when}.",
            n,
        )
    return said.format(n=n, when=since)


def _place(kind: str) -> str:
    words = {
        "room": _("This is a meeting room's mailbox, not a person."),
        "workspace": _("This is a workspace's mailbox, not a person."),
        "desk": _("This is a desk's mailbox, not a person."),
    }
    return words.get(kind, safe(kind))
