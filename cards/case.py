"""The card of a case: why somebody did or did not arrive, what was promised about it, and what came of it.

It leads with the answer, then says who acts, shows the four steps and the evidence, and offers only what can be
done now.
"""

from cards import beside, causes
from cards._kit import Block, Card, execute, facts, group, heading, make, open_url, row, safe, text, title, toggle
from cards.events import change_block, event_words
from cards.leads import lead
from cards.next_cycle import next_cycle
from cards.preflight import preflight_block
from cards.refusals import refusal_words
from cards.steps import predicts, steps_block
from cards.times import instant, instant_and_age, span
from cards.unread import unread
from cards.voice import Voice
from cards.words import _, ngettext
from cards.xray import xray_blocks
from provisioning.attempts import LogEvent, StepReport, Verdict
from provisioning.cases import WAITING, Case, CaseState, Trouble
from provisioning.diagnosis import is_in_the_app
from provisioning.filling import fillable
from provisioning.messages.errors import without_addresses
from provisioning.model import Cause, Diagnosis, JobState
from provisioning.remedies import NO_FAULT

ENTRA = "https://entra.microsoft.com"
DETAILS = "details"
MOST_BUTTONS = 4  # beside Details and the way to Entra: Teams takes six
ABOUT_THE_PERSON = frozenset(
    {Cause.MISSING_ATTRIBUTE, Cause.MATCHING_ATTRIBUTE_EMPTY, Cause.ACCOUNT_DISABLED, Cause.SOFT_DELETED}
)

MAY_START = frozenset({CaseState.LOOKED, CaseState.NOT_DONE})  # elsewhere: work waits, or look again first


def case_card(case: Case, voice: Voice) -> Card:
    """The whole card for one reader; every later state of the case replaces it in place."""
    head = lead(case, voice)
    body = [title(head.answer, head.tone, *(text(line) for line in head.lines))]
    body += _steps(case, voice)
    body += _for_agents(case) if voice is Voice.AGENT else _for_the_person(case)
    body.append(text(_source(case), subtle=True, small=True, separator=True))
    return make(body, summary=head.answer, actions=_buttons(case, voice))


def _for_agents(case: Case) -> list[Block]:
    blocks = [*_written(case), *_checked(case)]
    blocks.append(facts(_evidence(case), separator=True, spacing="Medium"))
    blocks += [text(words) for words in _remarks(case)]
    if case.state in MAY_START and not case.diagnosis.may_provision and not _leads_with_the_wish(case):
        why = refusal_words(case.diagnosis.refusal)
        blocks.append(text(_("Provision now is not offered: {why}").format(why=why)))
    leave = open_url(_("Open in Entra (leaves Teams)"), _entra(case.diagnosis))
    return [*blocks, row([toggle(_("Details"), DETAILS), leave]), _details(case)]


def _for_the_person(case: Case) -> list[Block]:
    words = [_rhythm(case.diagnosis)] if case.state in MAY_START else []
    others = len(case.diagnosis.findings) - 1
    if others > 0 and case.state not in {CaseState.DONE, *WAITING}:
        words.append(
            ngettext(
                "IT has one more thing to put right besides this.",
                "IT has {n} more things to put right besides this.",
                others,
            ).format(n=others)
        )
    if case.diagnosis.event_obsolete and case.state is CaseState.LOOKED:
        words.append(_("Something was changed since the last attempt, so the next sync may already help."))
    if case.diagnosis.unread:
        words.append(_("I could not read everything, so this answer may be incomplete."))
    if case.ticket is not None:
        words.append(_("The helpdesk has this question as ticket {ticket}.").format(ticket=f"SD-{case.ticket}"))
    return [text(line) for line in words if line]


def _rhythm(seen: Diagnosis) -> str:
    """How often the app is synced, where something has to be put right first and the job runs."""
    if seen.root.cause in NO_FAULT or seen.next_cycle is None or seen.job is None or not seen.job.interval:
        return ""
    if seen.job.state is JobState.QUARANTINE:
        return ""
    return _("{app} is synced about every {span}.").format(app=safe(seen.app.name), span=span(seen.job.interval))


def _steps(case: Case, voice: Voice) -> list[Block]:
    reports = _reports(case)
    if voice is Voice.PERSON and (case.state in WAITING or all(one.verdict is Verdict.UNKNOWN for one in reports)):
        return []
    blocks = [heading(_steps_heading(case, reports)), steps_block(reports, voice)]
    if predicts(reports):
        blocks.append(
            text(_("“Expected” is worked out from today's data; it has not been tried."), subtle=True, small=True)
        )
    return blocks


def _reports(case: Case) -> tuple[StepReport, ...]:
    """The steps that belong to the state: what Graph answered to this run, else what the diagnosis says."""
    if case.state is CaseState.DONE and case.proof and case.proof.steps:
        return case.proof.steps
    if case.answer and case.answer.steps and case.state not in {CaseState.LOOKED, CaseState.REFUSED}:
        return case.answer.steps
    return case.diagnosis.steps


def _steps_heading(case: Case, reports: tuple[StepReport, ...]) -> str:
    if case.answer and reports is case.answer.steps:
        return _("The four steps, as Microsoft reported them")
    if case.proof and reports is case.proof.steps:
        return _("The four steps, as the log shows them")
    return _("The four steps")


def _written(case: Case) -> list[Block]:
    if case.state is not CaseState.DONE:
        return []
    changes = (case.proof.changes if case.proof else ()) or (case.answer.changes if case.answer else ())
    return [heading(_("What was written")), change_block(changes)] if changes else []


def _checked(case: Case) -> list[Block]:
    """What was looked at before acting, where that is the question."""
    return preflight_block(case.diagnosis) if _leads_with_the_wish(case) or case.state is CaseState.REFUSED else []


def _leads_with_the_wish(case: Case) -> bool:
    return case.wish and case.state is CaseState.LOOKED


def _evidence(case: Case) -> list[tuple[str, str]]:
    seen = case.diagnosis
    pairs = [
        (_("Person"), safe(f"{seen.person.name} ({seen.person.upn})")),
        *(beside.fact_pairs(seen) if case.state in MAY_START else ()),
        (_("Last log row"), _last_event(seen)),
        (_("Next cycle"), next_cycle(seen)),
    ]
    retry = seen.last_event.error.next_retry if seen.last_event and seen.last_event.error else None
    if retry and retry > seen.as_of and not seen.event_obsolete:
        when = instant_and_age(retry, seen.as_of)
        pairs.append((_("Next retry"), _("not before {when}, says Microsoft's log").format(when=when)))
    if case.ticket is not None:
        pairs.append((_("Ticket"), f"SD-{case.ticket}"))
    return pairs


def _last_event(seen: Diagnosis) -> str:
    if seen.last_event:
        return event_words(seen.last_event, seen.as_of)
    none = _("none found; Microsoft keeps them for 30 days, and for 7 without a premium licence")
    return _("not known") if "log" in seen.unread else none


def _remarks(case: Case) -> list[str]:
    """What an agent has to bear in mind about the answer."""
    seen = case.diagnosis
    words = beside.remarks(seen) if case.state in MAY_START else []
    others = [causes.also(finding, seen) for finding in seen.findings[1:]]
    if others:
        words.append(_("Also found: {findings}.").format(findings="; ".join(others)))
    if any(finding.provisional for finding in seen.findings):
        words.append(
            _(
                "The job is not running properly, so what I found about the person is provisional: look again when "
                "it runs."
            )
        )
    if any(finding.facts.get("assumed") for finding in seen.findings):
        words.append(
            _("I take it that the job provisions only assigned people, as is usual: I do not read that setting.")
        )
    if seen.event_obsolete:
        words.append(
            _("The person or the assignment was changed after the last log row, so that row is probably out of date.")
        )
    return [*words, *(unread(key, why) for key, why in seen.unread.items())]


def _details(case: Case) -> Block:
    """What the mappings would send, codes and ids, hidden until somebody wants them."""
    seen = case.diagnosis
    event, answer = case.proof or seen.last_event, case.answer
    error = (answer.error if answer else None) or (event.error if event else None)
    pairs = [
        (_("Cause"), seen.root.cause.value),
        (_("Question"), case.question),
        (_("Person's id"), seen.person.id),
        (_("App's id"), seen.app.id),
        (_("Job"), f"{seen.job.id} ({seen.job.raw_state})" if seen.job else None),
        (_("Error code"), error.code if error else None),
        (_("Answer of the app"), f"HTTP {error.http} {error.scim_type or ''}" if error and error.http else None),
        (_("Error text"), without_addresses(error.text or error.detail) if error else None),
        (_("Log row"), event.id if event else None),
        (_("Cycle"), event.cycle_id if event else None),
        (_("Change"), (event.change_id if event else None) or (answer.change_id if answer else None)),
        (_("Account in the app"), (event.target_name or event.target_id) if event and _is_there(event) else None),
        (_("Request"), answer.request_id if answer else None),
        (_("Case"), case.id),
    ]
    shown = [(name, safe(value, longest=600)) for name, value in pairs if value]
    blocks = [*xray_blocks(seen.projection), heading(_("Details")), facts(shown), *_changed(event)]
    return group(blocks, id=DETAILS, visible=False)


def _changed(event: LogEvent | None) -> list[Block]:
    """What the row was about to write, or wrote: old and new values."""
    if event is None or not event.changes:
        return []
    written = event.verdict is Verdict.SUCCESS
    words = _("What the log row wrote") if written else _("What the log row tried to write")
    return [heading(words), change_block(event.changes)]


def _is_there(event: LogEvent) -> bool:
    """Whether the row proves an account: what was to be created and failed has a name already, but is none."""
    return event.verdict is Verdict.SUCCESS or event.action != "create"


def _source(case: Case) -> str:
    return _("Read from Microsoft Graph at {when}.").format(when=instant(case.diagnosis.as_of))


def _buttons(case: Case, voice: Voice) -> list[Block]:
    """Only moves that will not be refused."""
    about = {"case": case.id}
    buttons = _moves(case) if voice is Voice.AGENT else []
    buttons.append(execute(_("Refresh"), "refresh", about))
    if not _has_arrived(case) and len(buttons) < MOST_BUTTONS - (case.ticket is None):
        buttons.append(execute(_("Tell me"), "tell_me", about))
    if case.ticket is None:
        buttons.append(execute(_("Open ticket"), "open_ticket", about))
    return buttons


def _has_arrived(case: Case) -> bool:
    """Whether there is nothing to wait for any more."""
    return case.state is CaseState.DONE or (case.state is CaseState.LOOKED and is_in_the_app(case.diagnosis))


def _moves(case: Case) -> list[Block]:
    """What an agent can set going or take back. A run that may be useless and hurts nobody is offered as what it is."""
    about: dict[str, object] = {"case": case.id, "version": case.version}
    fill = case.may_fill and case.state in MAY_START and case.diagnosis.may_provision and fillable(case.diagnosis)
    if fill:
        return [
            execute(_("Fill it in"), "fill_in", {"case": case.id}, main=True),
            execute(_("Provision now"), "provision", about),
        ]
    in_vain = case.state is CaseState.UNCERTAIN and case.trouble == Trouble.NO_TRACE
    if case.diagnosis.may_provision and (case.state in MAY_START or in_vain):
        return [execute(_("Provision now"), "provision", about, main=True)]
    if case.diagnosis.harmless and (case.state in MAY_START or case.state is CaseState.REFUSED):
        return [execute(_("Provision anyway"), "provision", about | {"anyway": "yes"})]
    if case.state is CaseState.PROMISED and case.trouble:
        return [execute(_("Call it off"), "call_off", about)]
    return []


def _entra(seen: Diagnosis) -> str:
    """The page where the root cause is mended: the person's for their data, else the app's provisioning page."""
    if seen.root.cause in ABOUT_THE_PERSON and not seen.person.synced_from_ad:
        return f"{ENTRA}/#view/Microsoft_AAD_UsersAndTenants/UserProfileMenuBlade/~/overview/userId/{seen.person.id}"
    page = "Microsoft_AAD_IAM/ManagedAppMenuBlade/~/ProvisioningManagement"
    return f"{ENTRA}/#view/{page}/appId/{seen.app.app_id}/objectId/{seen.app.id}"
