"""The card about one app's provisioning job: does it run, when did it last, what fails."""

from datetime import datetime

from cards._kit import Block, Card, Tone, execute, facts, group, heading, make, open_url, row, safe, text, title, toggle
from cards.causes import quarantine_fix, quarantine_reason
from cards.times import distance, instant, instant_and_age, span
from cards.voice import Voice
from cards.words import _, ngettext
from provisioning.model import App, Execution, Job, JobState, Quarantine

ENTRA = "https://entra.microsoft.com/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/ProvisioningManagement"


def health_card(
    app: App, job: Job | None, failures: int | None, as_of: datetime, *, voice: Voice = Voice.AGENT
) -> Card:
    """How ``app`` is syncing. ``failures``: people whose newest log row is a failure; None = could not be read."""
    tone, said, advice = _verdict(app, job, failures)
    body = [title(said, tone, *([text(advice)] if advice and voice is Voice.AGENT else []))]
    if job is not None:
        body.append(facts(_numbers(job, failures, as_of, voice)))
        body += _quarantine(job.quarantine, as_of) if job.quarantine and voice is Voice.AGENT else []
    if voice is Voice.AGENT:
        body += _more(app, job)
    body.append(text(_("Read from Microsoft Graph at {when}.").format(when=instant(as_of)), subtle=True, small=True))
    return make(body, summary=said, actions=[_refresh(app)])


def _verdict(app: App, job: Job | None, failures: int | None) -> tuple[Tone, str, str]:
    """The style, the answer, and for agents what to do."""
    name = safe(app.name)
    if job is None or job.state is JobState.NOT_CONFIGURED:
        said = _("{app} is not synced: provisioning was never set up for it.").format(app=name)
        return Tone.WARNING, said, _("An identity administrator sets it up in Entra, if the app supports it.")
    if job.state is JobState.QUARANTINE:
        said = _("{app} is not syncing properly: its job is in quarantine.").format(app=name)
        return Tone.ATTENTION, said, quarantine_fix(job.quarantine.reason if job.quarantine else "")
    if job.state is JobState.PAUSED or not job.scheduled:
        said = _("{app} is not syncing: its job is paused.").format(app=name)
        return Tone.ATTENTION, said, _("Find out why the job was stopped, then start it in Entra.")
    if job.state is JobState.NOT_RUN:
        return Tone.ACCENT, _("{app} is set up, but its job has not run yet.").format(app=name), ""
    if job.state is JobState.OTHER:
        said = _("{app}: Microsoft reports a job state that I do not know.").format(app=name)
        return Tone.WARNING, said, _("The state is “{state}”.").format(state=safe(job.raw_state))
    if job.successive_failures:
        return Tone.ATTENTION, _("{app} is not syncing: its last cycles failed.").format(app=name), ""
    if failures:
        said = ngettext(
            "{app} is syncing, but {n} person fails.", "{app} is syncing, but {n} people fail.", failures
        ).format(app=name, n=failures)
        return Tone.WARNING, said, ""
    return Tone.GOOD, _("{app} is syncing.").format(app=name), ""


def _numbers(job: Job, failures: int | None, as_of: datetime, voice: Voice) -> list[tuple[str, str]]:
    pairs = [
        (_("State"), _state(job)),
        (_("Last cycle"), _cycle(job.last, as_of)),
        (_("Next cycle"), _next(job, as_of)),
    ]
    if voice is Voice.PERSON:
        return pairs
    pairs += [
        (_("Interval"), span(job.interval) if job.interval else _("none")),
        (_("People failing"), _("not known") if failures is None else str(failures)),
    ]
    if job.last:
        pairs.append((_("In the last cycle"), _counts(job.last)))
    pairs += [(_in_sync(kind), str(count)) for kind, count in job.entries.items()]
    if job.successive_failures:
        pairs.append((_("Failed cycles in a row"), str(job.successive_failures)))
    if job.escrows_pruned:
        pairs.append(
            (_("Error limit"), _("met in the first cycle; the job pauses itself after it until errors are mended"))
        )
    return pairs


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


def _quarantine(quarantine: Quarantine, as_of: datetime) -> list[Block]:
    pairs = [
        (_("Reason"), quarantine_reason(safe(quarantine.reason))),
        (_("Since"), instant_and_age(quarantine.since, as_of)),
        (_("Next try"), instant_and_age(quarantine.next_attempt, as_of)),
    ]
    if quarantine.error_message:
        pairs.append((_("Error"), safe(quarantine.error_message)))
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


def _refresh(app: App) -> Block:
    return execute(_("Refresh"), "ask", {"text": f"how is {app.name} syncing"})
