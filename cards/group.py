"""The card of a whole group on its way into an app: what stands in its way, then how each member fares. For agents."""

from datetime import timedelta

from cards._kit import Block, Card, Tone, execute, heading, make, safe, text, title
from cards.refusals import refusal_words
from cards.times import instant, span
from cards.troubles import held_words, spoken, trouble_said
from cards.words import _, ngettext
from provisioning.attempts import Verdict
from provisioning.cases import Refusal, Trouble
from provisioning.groups import AT_ONCE, GroupRun, Hindrance, RunState, Seat, SeatState
from provisioning.pace import SPACING

MOST_LINES = 60


def group_card(run: GroupRun) -> Card:
    """The whole card; every later state replaces it in place."""
    tone, said = _lead(run)
    body = [title(said, tone, *(text(line) for line in _below(run) if line))]
    body += _members(run)
    body.append(
        text(_("Read from Microsoft Graph at {when}.").format(when=instant(run.seen.as_of)), subtle=True, small=True)
    )
    return make(body, summary=said, actions=_buttons(run))


def group_news(run: GroupRun) -> str:
    """The line that is said where the group was wished for, when its run is over."""
    return _lead(run)[1]


def _names(run: GroupRun) -> dict[str, str]:
    return {"group": safe(run.seen.group.name), "app": safe(run.seen.app.name)}


def _lead(run: GroupRun) -> tuple[Tone, str]:
    names, n = _names(run), len(run.seats)
    if run.state is RunState.STOPPED:
        done = len(run.at(SeatState.DONE))
        words = _("Provisioning {group} to {app} was stopped: {done} of {n} are there.")
        return Tone.WARNING, words.format(done=done, n=n, **names)
    if run.state is RunState.LOOKED and run.hindrance is not None:
        return Tone.WARNING, _("I cannot provision the group {group} to {app}.").format(**names)
    if run.state is RunState.LOOKED:
        words = ngettext(
            "{group} with {n} member can be provisioned to {app} now.",
            "{group} with {n} members can be provisioned to {app} now.",
            n,
        )
        return Tone.ACCENT, words.format(n=n, **names)
    done = len(run.at(SeatState.DONE))
    if run.state is RunState.RUNNING and run.at(SeatState.STOPPED):
        words = _("Provisioning {group} to {app} was stopped; I wait for those who were called.")
        return Tone.WARNING, words.format(**names)
    if run.state is RunState.RUNNING:
        words = _("Provisioning {group} to {app}: {done} of {n} are there …")
        return Tone.ACCENT, words.format(done=done, n=n, **names)
    tone = Tone.GOOD if done == n else Tone.WARNING
    return tone, _("{group} in {app}: {done} of {n} members are there.").format(done=done, n=n, **names)


def _below(run: GroupRun) -> list[str]:
    lines = []
    if run.hindrance is not None:
        lines.append(_hindrance(run))
    if run.told:
        lines.append(refusal_words(run.told) if run.told in set(Refusal) else spoken(run.told))
    if run.seen.nested:
        inside = ", ".join(safe(name, longest=80) for name in run.seen.nested)
        words = _("Not opened, because Microsoft reads immediate members only: {groups}. Assign these by themselves.")
        lines.append(words.format(groups=inside))
    if run.state is RunState.LOOKED and run.hindrance is None:
        calls = -(-len(run.seats) // AT_ONCE)
        least = span(max(SPACING * calls, timedelta(minutes=1)))
        words = _("Microsoft takes five members a call, so this is {calls} calls and takes about {span} or more.")
        lines.append(words.format(calls=calls, span=least))
    if run.itself is not None:
        lines.append(_itself(run.itself))
    if run.promised_by is not None:
        by, when = safe(run.promised_by.name), instant(run.promised_at)
        lines.append(_("Started by {by}, {when}.").format(by=by, when=when))
    if run.stopped_by is not None:
        words = _("Stopped by {name}: whoever had not been called is left as they are.")
        lines.append(words.format(name=safe(run.stopped_by.name)))
    return lines


def _itself(verdict: str) -> str:
    if verdict == Verdict.SUCCESS:
        return _("Microsoft reports that the group itself was written.")
    if verdict == Verdict.SKIPPED:
        return _("Microsoft reports that nothing had to be written for the group itself.")
    return _("Microsoft reports that the group itself could not be written.")


def _hindrance(run: GroupRun) -> str:
    words = {
        Hindrance.NOT_MAPPED: _(
            "The job's mappings know no groups, so Microsoft takes none on demand. The members can be provisioned one "
            "by one."
        ),
        Hindrance.NOT_ASSIGNED: _(
            "The group is not assigned to the app. Being inside an assigned group does not count. Assign it first."
        ),
        Hindrance.NO_SECURITY_GROUP: _("The group is not security-enabled, and Microsoft provisions no other groups."),
        Hindrance.NOBODY: _("No person is an immediate member of the group."),
        Hindrance.TOO_MANY: _("The group is too large for runs on demand; leave it to the next cycle."),
    }
    if run.hindrance is Hindrance.JOB:
        return refusal_words(run.why)
    return words.get(run.hindrance, "") if run.hindrance else ""


def _members(run: GroupRun) -> list[Block]:
    if not run.seats:
        return []
    lines = [text(_line(seat, run.state), spacing="None") for seat in run.seats[:MOST_LINES]]
    more = len(run.seats) - MOST_LINES
    if more > 0:
        lines.append(text(ngettext("… and {n} more", "… and {n} more", more).format(n=more)))
    return [heading(_("Members")), *lines]


def _line(seat: Seat, state: RunState) -> str:
    name = safe(seat.name, longest=80)
    if state is RunState.LOOKED:
        return name
    words = {
        SeatState.WAITING: _("– {name}: waits") if state is RunState.RUNNING else _("– {name}: was not called"),
        SeatState.CALLING: _("… {name}: Microsoft is working on it"),
        SeatState.REPORTED: _("… {name}: Microsoft reports success, the log does not show it yet"),
        SeatState.DONE: _("✓ {name}: is there"),
        SeatState.FAILED: _("✗ {name}: failed"),
        SeatState.LEFT_OUT: _("– {name}: left out"),
        SeatState.UNCERTAIN: _("? {name}: no answer came, and the log shows nothing"),
        SeatState.STOPPED: _("– {name}: was not called"),
    }
    line = words[seat.state].format(name=name)
    if seat.state is SeatState.LEFT_OUT and seat.told:
        return f"{line} – {held_words(seat.told)}"
    if seat.state is SeatState.LEFT_OUT:
        return f"{line} – {refusal_words(seat.why)}"
    if seat.why in set(Trouble):
        return f"{line} – {trouble_said(seat.why)}"
    return f"{line} – {safe(seat.why, longest=160)}" if seat.why else line


def _buttons(run: GroupRun) -> list[Block]:
    refresh = execute(_("Refresh"), "refresh_group", {"id": run.id})
    if run.state is RunState.RUNNING and run.at(SeatState.WAITING):
        return [execute(_("Stop"), "stop_group", {"id": run.id}), refresh]
    if run.state is not RunState.LOOKED or run.hindrance is not None:
        return [refresh]
    about = {"id": run.id, "version": run.version}
    return [execute(_("Provision the group"), "provision_group", about, main=True), refresh]
