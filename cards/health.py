"""The card about one app's provisioning job: does it run, when did it last, what fails."""

from collections.abc import Sequence
from datetime import datetime

from cards._kit import (
    Block,
    Card,
    execute,
    facts,
    group,
    heading,
    listing,
    make,
    open_url,
    row,
    safe,
    text,
    title,
    toggle,
)
from cards.causes import quarantine_reason
from cards.concerns import advice, kind_sentence, sentence, told_to_people, tone_of
from cards.times import day, distance, instant, instant_and_age, span
from cards.trend import full_cycles_seen, trend_blocks
from cards.voice import Voice
from cards.words import _, ngettext
from provisioning.health import Concern, Pulse, concerns, switched_off_on
from provisioning.model import App, Execution, Job, JobState
from provisioning.scoping import NO_COST, Cost

ENTRA = "https://entra.microsoft.com/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/ProvisioningManagement"


def health_card(
    app: App,
    job: Job | None,
    pulse: Pulse,
    as_of: datetime,
    *,
    voice: Voice = Voice.AGENT,
    cycles: Sequence[Execution] = (),
    full: Cost = NO_COST,
    moves: Sequence[str] = (),
) -> Card:
    """How ``app`` is syncing. ``cycles``: those that the desk has seen, oldest first; ``full``: what those came to that
    looked at everybody; ``moves``: what the reader may do about the job (start, pause, restart, check), each a button
    that asks before it acts."""
    found = concerns(job, as_of, pulse) if voice is Voice.AGENT else told_to_people(concerns(job, as_of))
    lead = found[0] if found else None
    said = sentence(lead, app, job, pulse, as_of) if voice is Voice.AGENT else kind_sentence(lead, app)
    body = [title(said, tone_of(lead), *_advice(lead, job, pulse, as_of, voice))]
    if voice is Voice.AGENT:
        body += _further(found[1:], app, job, pulse, as_of)
    if job is not None:
        first = voice is Voice.AGENT and {Concern.FIRST_CYCLE, Concern.NOT_RUN} & set(found)
        pairs = _first_cycle(job, full, as_of) if first else []
        body.append(facts([*_numbers(job, pulse, as_of, voice), *pairs]))
        body += _quarantine(job, pulse, as_of) if job.quarantine and voice is Voice.AGENT else []
    if voice is Voice.AGENT:
        body += [*trend_blocks(cycles), *_more(app, job), *_moves(app, moves)]
    body.append(text(_("Read from Microsoft Graph at {when}.").format(when=instant(as_of)), subtle=True, small=True))
    asks = [_ask_further(app, found)] if voice is Voice.AGENT and job is not None else []
    return make(body, summary=said, actions=[_refresh(app), *asks])


def _advice(lead: Concern | None, job: Job | None, pulse: Pulse, as_of: datetime, voice: Voice) -> list[Block]:
    words = advice(lead, job, pulse, as_of) if voice is Voice.AGENT else ""
    if lead is Concern.UNKNOWN_STATE and job is not None and voice is Voice.AGENT:
        words = _("The state is “{state}”.").format(state=safe(job.raw_state))
    return [text(words)] if words else []


def _further(rest: Sequence[Concern], app: App, job: Job | None, pulse: Pulse, as_of: datetime) -> list[Block]:
    """What else is to be said, each with its advice; a quarantine and a count of people stand among the figures."""
    lines = [
        " ".join(filter(None, (sentence(one, app, job, pulse, as_of), advice(one, job, pulse, as_of))))
        for one in rest
        if one not in {Concern.QUARANTINE, Concern.PEOPLE_FAIL}
    ]
    return [heading(_("Also")), *listing(lines)] if lines else []


def _numbers(job: Job, pulse: Pulse, as_of: datetime, voice: Voice) -> list[tuple[str, str]]:
    pairs = [
        (_("State"), _state(job)),
        (_("Last cycle"), _cycle(job.last, as_of)),
        (_("Next cycle"), _next(job, as_of)),
    ]
    if voice is Voice.PERSON:
        return pairs
    pairs += [
        (_("Interval"), span(job.interval) if job.interval else _("none")),
        (_("People failing"), _("not known") if pulse.failing is None else str(pulse.failing)),
    ]
    if pulse.next_retry:
        pairs.append((_("Next retry of a failure"), instant_and_age(pulse.next_retry, as_of)))
    if pulse.held != 0:
        pairs.append((_("Removals held back"), _("not known") if pulse.held is None else str(pulse.held)))
    if job.last:
        pairs += [(_("In the last cycle"), _counts(job.last)), (_("It took"), _length(job.last))]
    pairs.append((_("Level with the directory"), _steady(job, as_of)))
    pairs += [(_in_sync(kind), str(count)) for kind, count in job.entries.items()]
    if job.successive_failures:
        pairs.append((_("Failed cycles in a row"), str(job.successive_failures)))
    return pairs


def _first_cycle(job: Job, full: Cost, as_of: datetime) -> list[tuple[str, str]]:
    """How far the cycle that looks at everybody is, and when it ends if it takes as long as the ones before."""
    pairs = []
    if job.progress is not None:
        share = _("{done} of {all} parts").format(done=job.progress.done, all=job.progress.whole)
        pairs.append((_("The first cycle so far"), share))
    if full.length is not None:
        pairs.append((_("Cycles like it before"), full_cycles_seen(full)))
        began = job.last.began if job.last and job.last.ended is None else None
        if began is not None:
            ends = began + full.length
            late = _("it has taken longer already")
            when = _("about {when}").format(when=instant_and_age(ends, as_of)) if ends > as_of else late
            pairs.append((_("It ends, if it takes as long"), when))
    return pairs


def _length(last: Execution) -> str:
    return span(last.ended - last.began) if last.began and last.ended else _("not known")


def _steady(job: Job, as_of: datetime) -> str:
    if job.first_steady is None and job.steady_since is None:
        return _("not yet: the first cycle has not finished")
    first = job.first_steady or job.steady_since
    return _("since {first}; last found so {last}").format(
        first=instant(first), last=instant_and_age(job.steady_since, as_of)
    )


def _in_sync(kind: str) -> str:
    """Graph counts by the pair of object types that a mapping connects."""
    words = {"User to User": _("People in sync"), "Group to Group": _("Groups in sync")}
    return words.get(kind) or _("In sync: {kind}").format(kind=safe(kind))


def _state(job: Job) -> str:
    words = {
        JobState.NOT_CONFIGURED: _("– not set up"),
        JobState.NOT_RUN: _("– not run yet"),
        JobState.ACTIVE: _("✓ active") if job.scheduled else _("– paused"),
        JobState.PAUSED: _("– paused"),
        JobState.QUARANTINE: _("✗ in quarantine"),
    }
    return words.get(job.state, f"? {safe(job.raw_state)}")


def _cycle(last: Execution | None, as_of: datetime) -> str:
    if last is None:
        return _("none yet")
    if last.ended is None and last.began is not None:
        return _("under way since {when}").format(when=instant_and_age(last.began, as_of))
    words = {
        "Succeeded": _("✓ finished"),
        "Failed": _("✗ failed"),
        "EntryLevelErrors": _("! finished, with errors for some people"),
    }
    state = words.get(last.state, safe(last.state))
    return _("{state}, {when}").format(state=state, when=instant_and_age(last.ended or last.began, as_of))


def _next(job: Job, as_of: datetime) -> str:
    due = job.next_cycle
    if due is None:
        return _("none to be expected") if job.state is not JobState.NOT_RUN else _("not known")
    if due <= as_of:
        return _("due now; it was expected {age}").format(age=distance(due, as_of))
    return _("about {when}").format(when=instant_and_age(due, as_of))


def _counts(last: Execution) -> str:
    return _("{imported} read, {exported} written, {escrowed} failed and waiting for their retry").format(
        imported=last.imported, exported=last.exported, escrowed=last.escrowed
    )


def _quarantine(job: Job, pulse: Pulse, as_of: datetime) -> list[Block]:
    quarantine = job.quarantine
    assert quarantine is not None
    pairs = [
        (_("Reason"), quarantine_reason(safe(quarantine.reason))),
        (_("Since"), instant_and_age(quarantine.since, as_of)),
        (_("Next try"), instant_and_age(quarantine.next_attempt, as_of)),
    ]
    if quarantine.attempts:
        pairs.append(
            (_("Tried since"), ngettext("{n} time", "{n} times", quarantine.attempts).format(n=quarantine.attempts))
        )
    if gone := switched_off_on(job):
        past = gone <= as_of and not job.scheduled
        pairs.append((_("Switched off on"), day(gone) if past else _("{day}, if nothing helps").format(day=day(gone))))
    if quarantine.error_message:
        pairs.append((_("Error"), safe(quarantine.error_message)))
    if pulse.roles_twice:
        pairs.append((_("Roles of the same name, to be renamed first"), safe(", ".join(pulse.roles_twice))))
    return [heading(_("Quarantine")), facts(pairs)]


def _details(app: App, job: Job) -> Block:
    pairs = [(_("Job"), job.id), (_("App's id"), app.id), (_("State"), job.raw_state)]
    if job.quarantine:
        pairs.append((_("Reason"), job.quarantine.reason))
        pairs += [(_("Error code"), job.quarantine.error_code)] if job.quarantine.error_code else []
    if job.last and job.last.error_code:
        pairs.append((_("Error of the last cycle"), f"{job.last.error_code}: {job.last.error_message or ''}"))
    shown = [(name, safe(value, longest=600)) for name, value in pairs]
    return group([heading(_("Details")), facts(shown)], id="details", visible=False)


def _more(app: App, job: Job | None) -> list[Block]:
    """For agents: the way into Entra, and codes and ids behind a toggle."""
    leave = open_url(_("Open in Entra (leaves Teams)"), f"{ENTRA}/appId/{app.app_id}/objectId/{app.id}")
    if job is None:
        return [row([leave])]
    return [row([toggle(_("Details"), "details"), leave]), _details(app, job)]


def _moves(app: App, moves: Sequence[str]) -> list[Block]:
    """What an administrator may do about the job; each button shows first what it would do."""
    words = {
        "start": _("Start …"),
        "pause": _("Pause …"),
        "restart": _("Restart …"),
        "check": _("Test the credentials …"),
    }
    buttons = [execute(words[move], "plan_order", {"app": app.id, "kind": move}) for move in moves]
    return [row(buttons)] if buttons else []


def _ask_further(app: App, found: Sequence[Concern]) -> Block:
    if Concern.PEOPLE_FAIL in found:
        return execute(_("Who is failing?"), "ask", {"text": f"who is failing in {app.name}"})
    return execute(_("Why is it slow?"), "ask", {"text": f"why is the {app.name} sync slow"})


def _refresh(app: App) -> Block:
    return execute(_("Refresh"), "ask", {"text": f"how is {app.name} syncing"})
