"""One example of every card: each cause in both voices, each state of a case, and everything else that is shown.

``EXAMPLES`` maps a golden file's name to a function that draws the card; it is called inside a test, so that a
language can be set first.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from cards._kit import Card
from cards.case import case_card
from cards.choose import choose_app_card, choose_person_card, nobody_card
from cards.duty import handover_card, most_pressing, roster_card, routes_card
from cards.fill_form import fill_form
from cards.group import group_card
from cards.guide import Denial, denied_card, help_card, lost_card, notice_card, trouble_card, unclear_card
from cards.health import health_card
from cards.news import word_card
from cards.numbers import numbers_card
from cards.ticket_forms import Form, form_done_card, ticket_form_card
from cards.tickets import ticket_card, ticket_list_card
from cards.voice import Voice
from cards.words import _
from provisioning import errors
from provisioning.attempts import Change, ForeignError, OnDemandAnswer, StepReport, Verdict
from provisioning.beside import Alike
from provisioning.cases import Case, CaseState, Fill, Refusal, Trouble
from provisioning.diagnosis import diagnose
from provisioning.evidence import Evidence
from provisioning.groups import UNDER_WAY, GroupRun, GroupSeen, Hindrance, RunState, SeatState, seats_of
from provisioning.health import Pulse
from provisioning.model import Assignment, Cause, Diagnosis, Execution, Finding, GroupFailure, Job, JobState, Progress
from provisioning.moves import Arrived, moved
from provisioning.numbers import Numbers
from provisioning.remedies import finding
from provisioning.roster import Shift
from provisioning.routing import Route
from provisioning.scoping import Cost
from provisioning.tickets import (
    DESK,
    Arrival,
    Asker,
    CloseReason,
    Elsewhere,
    Named,
    Severity,
    Ticket,
    TicketEvent,
    TicketState,
)
from provisioning.xray import project
from tests import worlds
from tests.cards.crowd_examples import crowd_examples
from tests.cards.failing import failing_examples
from tests.cards.news_examples import news_examples
from tests.cards.orders import order_examples
from tests.cards.watch_examples import watch_examples
from tests.provisioning.rules.examples import EXAMPLES as EVIDENCE

ONCE = "0e5a3c1c-0000-4000-8000-00000000000e"  # a card's own name
CASE_ID = "44444444-0000-4000-8000-000000000001"
FORBIDDEN_FILTER_VALUE = "Ventas Norte"
DETAIL = "Attribute 'emails[type eq \"work\"].value' is required."


def expected(**verdicts: Verdict) -> tuple[StepReport, ...]:
    """The four steps as today's data would make them go."""
    return tuple(replace(report, text=None, predicted=True) for report in worlds.four_steps(**verdicts))


ALL_WELL = expected()
NOT_IN_SCOPE = expected(scoping=Verdict.SKIPPED, matching=Verdict.UNKNOWN, export=Verdict.UNKNOWN)
NOT_KNOWN = expected(**dict.fromkeys(("import", "scoping", "matching", "export"), Verdict.UNKNOWN))


TROUBLES: dict[str, errors.DeskError] = {
    "try-later": errors.TryLaterError("Microsoft Graph is busy.", wait=180),
    "not-allowed": errors.NotAllowedError("Only the helpdesk may do that."),
    "not-there": errors.NotThereError("There is no such case."),
    "conflict": errors.ConflictError("The case was changed meanwhile."),
    "uncertain": errors.UncertainError("No answer came."),
    "refused": errors.RefusedError("Microsoft Graph refused the call."),
}


def diagnosis(root: Finding, *others: Finding, **changes: Any) -> Diagnosis:
    """José and AskCody, with these findings; provisioning is allowed unless changed."""
    usual: dict[str, Any] = {
        "person": worlds.jose(),
        "app": worlds.askcody(),
        "as_of": worlds.NOW,
        "findings": (root, *others),
        "steps": ALL_WELL,
        "last_event": worlds.event(),
        "job": worlds.job(),
        "next_cycle": worlds.NEXT_CYCLE,
        "may_provision": True,
        "assignments": worlds.healthy().assignments,
        "projection": project(changes.get("person", worlds.jose()), worlds.schema()),
    }
    return Diagnosis(**{**usual, **changes})


def no_mail(**changes: Any) -> Diagnosis:
    """The case of the guide: José's mail is empty, and the last cycle failed over it."""
    row = worlds.failed(worlds.SERVICE_INCOMPATIBLE, DETAIL)
    usual: dict[str, Any] = {
        "person": worlds.jose(attributes={"mail": None}),
        "steps": expected(export=Verdict.FAILURE),
        "last_event": row,
    }
    root = finding(
        Cause.MISSING_ATTRIBUTE,
        attributes=("mail",),
        targets=('emails[type eq "work"].value',),
        code=worlds.SERVICE_INCOMPATIBLE,
        http=400,
        detail=DETAIL,
        seen_at=row.at,
    )
    return diagnosis(root, **{**usual, **changes})


def not_allowed(root: Finding, refusal: Refusal, *others: Finding, **changes: Any) -> Diagnosis:
    """A diagnosis that forbids an on-demand run."""
    return diagnosis(root, *others, **{"may_provision": False, "refusal": refusal.value, "last_event": None, **changes})


def quarantined() -> Diagnosis:
    """A job in quarantine, with what was found about the person provisional."""
    job = worlds.quarantined_job()
    assert job.quarantine
    root = finding(
        Cause.JOB_QUARANTINED,
        reason=job.quarantine.reason,
        error_code=job.quarantine.error_code,
        error_message=job.quarantine.error_message,
    )
    other = replace(finding(Cause.MISSING_ATTRIBUTE, attributes=("mail", "surname")), provisional=True)
    return not_allowed(root, Refusal.JOB_QUARANTINED, other, job=job, next_cycle=job.next_cycle, steps=NOT_KNOWN)


def paused() -> Diagnosis:
    """A job that somebody stopped."""
    job = worlds.job(state=JobState.PAUSED, raw_state="Paused", scheduled=False)
    return not_allowed(finding(Cause.JOB_PAUSED), Refusal.JOB_PAUSED, job=job, next_cycle=None, steps=NOT_KNOWN)


def in_company() -> Diagnosis:
    """A room's mailbox whose failure hits others as well, in an app with an owner; its group fails too."""
    conflict = worlds.failed(worlds.FILTERING, "User already exists", status="Conflict", scim_type="uniqueness")
    return diagnosis(
        finding(Cause.VALUE_TAKEN_IN_APP, code=worlds.FILTERING, http=409, detail="User already exists"),
        last_event=replace(conflict, changes=(Change(attribute="userName", old=None, new="jose@fabrikam.example"),)),
        app=worlds.askcody(owners=("Ines Berg", "Lars Holm")),
        person=worlds.jose(guest=True),
        place="room",
        alike=Alike(others=3, since=worlds.NOW - 20 * worlds.MINUTE, whole=True),
        assignments=(
            Assignment(group=worlds.group(), since=worlds.NOW - 60 * worlds.DAY),
            *worlds.healthy().assignments,
        ),
        group_failures=(GroupFailure(group=worlds.group(), row=conflict),),
    )


def by_cause() -> dict[Cause, Diagnosis]:
    """One diagnosis for every cause: drawn up here, else what the rules make of the cause's own example."""
    conflict = worlds.failed(worlds.FILTERING, "User already exists", status="Conflict", scim_type="uniqueness")
    strange = worlds.failed("ContosoMoonPhaseMismatch", "The moon is not full.")
    disabled = finding(Cause.ACCOUNT_DISABLED)
    own = {
        Cause.PROVISIONED: diagnosis(finding(Cause.PROVISIONED), steps=worlds.four_steps()),
        Cause.IN_SYNC: diagnosis(
            finding(Cause.IN_SYNC), steps=worlds.four_steps(), last_event=worlds.skipped("RedundantExport")
        ),
        Cause.AWAITING_CYCLE: diagnosis(finding(Cause.AWAITING_CYCLE), last_event=None),
        Cause.NO_ACCOUNT: not_allowed(finding(Cause.NO_ACCOUNT), Refusal.NO_LONGER_THERE, steps=NOT_KNOWN),
        Cause.AMBIGUOUS_PERSON: not_allowed(finding(Cause.AMBIGUOUS_PERSON), Refusal.NOT_READABLE, steps=NOT_KNOWN),
        Cause.SOFT_DELETED: not_allowed(
            finding(Cause.SOFT_DELETED),
            Refusal.ACCOUNT_DISABLED,
            person=worlds.jose(deleted=worlds.NOW - 3 * worlds.DAY),
            steps=NOT_IN_SCOPE,
        ),
        Cause.ACCOUNT_DISABLED: not_allowed(
            disabled,
            Refusal.ACCOUNT_DISABLED,
            finding(Cause.NOT_ASSIGNED),
            person=worlds.jose(enabled=False, synced_from_ad=True),
            steps=NOT_IN_SCOPE,
        ),
        Cause.NOT_CONFIGURED: not_allowed(
            finding(Cause.NOT_CONFIGURED), Refusal.JOB_NOT_CONFIGURED, job=None, next_cycle=None, steps=NOT_KNOWN
        ),
        Cause.JOB_QUARANTINED: quarantined(),
        Cause.JOB_PAUSED: paused(),
        Cause.NOT_ASSIGNED: not_allowed(
            finding(Cause.NOT_ASSIGNED, assumed="assigned_only"), Refusal.NOT_ASSIGNED, steps=NOT_IN_SCOPE
        ),
        Cause.NESTED_GROUP_ONLY: not_allowed(
            finding(Cause.NESTED_GROUP_ONLY, group="Sales Málaga", assigned_group="AskCody users"),
            Refusal.NOT_ASSIGNED,
            steps=NOT_IN_SCOPE,
        ),
        Cause.MISSING_ATTRIBUTE: no_mail(),
        Cause.FILTERED_OUT: diagnosis(
            finding(
                Cause.FILTERED_OUT,
                filter="Only sales",
                clause=f"department EQUALS {FORBIDDEN_FILTER_VALUE}",
                attribute="department",
                value="Sales",
            ),
            steps=NOT_IN_SCOPE,
            last_event=worlds.skipped("NotEffectivelyEntitled", IsInProvisioningScope="False"),
        ),
        Cause.VALUE_TAKEN_IN_APP: diagnosis(
            finding(
                Cause.VALUE_TAKEN_IN_APP,
                code=worlds.FILTERING,
                http=409,
                detail="User already exists",
                attribute="userPrincipalName",
                value="jose@fabrikam.example",
            ),
            steps=conflict.steps,
            last_event=conflict,
        ),
        Cause.UNKNOWN_CODE: diagnosis(
            finding(Cause.UNKNOWN_CODE, code="ContosoMoonPhaseMismatch", http=400, detail="The moon is not full."),
            steps=strange.steps,
            last_event=strange,
        ),
        Cause.UNEXPLAINED: diagnosis(
            finding(Cause.UNEXPLAINED),
            last_event=None,
            unread={"log": "Microsoft Graph asks for a permission that is missing."},
        ),
    }
    return {cause: diagnose(spoilt) for cause, spoilt in EVIDENCE.items()} | own


def case(seen: Diagnosis, state: CaseState = CaseState.LOOKED, **changes: Any) -> Case:
    """Aisha's question about José in the given state."""
    usual: dict[str, Any] = {
        "id": CASE_ID,
        "version": 3,
        "actor": worlds.aisha(),
        "question": "why can't José get into AskCody",
        "origin": "conversation",
        "state": state,
        "diagnosis": seen,
        "created": worlds.NOW,
        "updated": worlds.NOW,
    }
    if state not in {CaseState.LOOKED, CaseState.REFUSED}:
        usual |= {"promised_by": worlds.aisha(), "promised_at": worlds.NOW}
    return Case(**{**usual, **changes})


def answer(verdict: Verdict, **changes: Any) -> OnDemandAnswer:
    """What Graph said to an on-demand run."""
    usual: dict[str, Any] = {
        "verdict": verdict,
        "steps": worlds.four_steps(export=verdict),
        "action": "create",
        "change_id": "change-7",
        "request_id": "request-7",
    }
    return OnDemandAnswer(**{**usual, **changes})


def by_state() -> dict[str, Case]:
    """One case for every state, and the states that look different for different reasons."""
    fixed = diagnosis(finding(Cause.PROVISIONED), steps=worlds.four_steps())
    proof = worlds.event(
        id="row-9",
        at=worlds.NOW + 2 * worlds.MINUTE,
        changes=(
            Change(attribute="userName", old=None, new="jose@fabrikam.example"),
            Change(attribute='emails[type eq "work"].value', old=None, new="jose.garcia@fabrikam.example"),
        ),
    )
    error = ForeignError(
        code=worlds.SERVICE_INCOMPATIBLE, http=400, scim_type="invalidValue", detail=DETAIL, text=DETAIL
    )
    unassigned = not_allowed(finding(Cause.NOT_ASSIGNED), Refusal.NOT_ASSIGNED, steps=NOT_IN_SCOPE)
    return {
        "looked-with-ticket": case(no_mail(), ticket=12),
        "looked-synced-from-ad": case(no_mail(person=worlds.jose(attributes={"mail": None}, synced_from_ad=True))),
        "looked-obsolete-row": case(no_mail(event_obsolete=True)),
        "looked-in-company": case(in_company()),
        "looked-cycle-due": case(diagnosis(finding(Cause.AWAITING_CYCLE), next_cycle=worlds.NOW - worlds.MINUTE * 5)),
        "promised": case(no_mail(), CaseState.PROMISED),
        "calling": case(no_mail(), CaseState.CALLING),
        "checking": case(no_mail(), CaseState.CHECKING, answer=answer(Verdict.SUCCESS)),
        "done-proven-by-log": case(fixed, CaseState.DONE, answer=answer(Verdict.SUCCESS), proof=proof),
        "done-already-in-sync": case(
            fixed, CaseState.DONE, answer=answer(Verdict.SKIPPED, skip_reason="RedundantExport", action="other")
        ),
        "not-done-failed": case(no_mail(), CaseState.NOT_DONE, answer=answer(Verdict.FAILURE, error=error)),
        "not-done-skipped": case(
            fixed, CaseState.NOT_DONE, answer=answer(Verdict.SKIPPED, skip_reason="SomethingNew", action="other")
        ),
        "not-done-not-asked": case(
            fixed, CaseState.NOT_DONE, trouble=Trouble.NOT_TAKEN.value, told="Authorization_RequestDenied"
        ),
        "refused-not-assigned": case(unassigned, CaseState.REFUSED, refusal=Refusal.NOT_ASSIGNED),
        "not-done-unexplained": case(
            diagnosis(finding(Cause.UNEXPLAINED)), CaseState.NOT_DONE, answer=answer(Verdict.FAILURE, error=error)
        ),
        "not-done-took-away": case(
            fixed, CaseState.NOT_DONE, answer=answer(Verdict.SUCCESS, action="disable"), trouble=Trouble.TOOK_AWAY.value
        ),
        "promised-put-back": case(
            no_mail(), CaseState.PROMISED, trouble=Trouble.BUSY.value, told="Microsoft Graph is throttling the desk."
        ),
        "checking-given-up": case(
            no_mail(), CaseState.CHECKING, answer=answer(Verdict.SUCCESS), trouble=Trouble.NO_PROOF.value
        ),
        "refused-already-running": case(
            no_mail(),
            CaseState.REFUSED,
            refusal=Refusal.ALREADY_RUNNING,
            trouble=Trouble.HELD.value,
            told="Ines Berg",
        ),
        "calling-looked-for": case(no_mail(), CaseState.CALLING, trouble=Trouble.NO_TRACE.value),
        "uncertain": case(no_mail(), CaseState.UNCERTAIN, trouble=Trouble.NO_TRACE.value),
        "wish-fails": case(judged(worlds.lacking("mail", log=(no_mail().last_event,))), wish=True),
        "wish-already": case(judged(worlds.healthy()), wish=True),
        "wish-refused": case(judged(worlds.healthy(assignments=())), wish=True),
        "wish-harmless": case(judged(worlds.healthy(job=worlds.job(template="slackOutDelta"))), wish=True),
        "done-in-part": case(
            fixed,
            CaseState.DONE,
            answer=answer(Verdict.FAILURE, error=replace(error, detail="No manager of this name.")),
            proof=proof,
            lacking=("manager",),
        ),
        "promised-too-early": case(
            no_mail(),
            CaseState.PROMISED,
            answer=answer(Verdict.SKIPPED, skip_reason="NotEffectivelyEntitled"),
            trouble=Trouble.TOO_EARLY.value,
            again_at=worlds.NOW + 3 * worlds.MINUTE,
        ),
        "looked-fill": case(no_mail(), may_fill=True),
        "promised-filling": case(
            no_mail(), CaseState.PROMISED, fill=Fill(values={"mail": "jose@fabrikam.example"}, why="I asked him.")
        ),
        "promised-not-shown": case(
            no_mail(),
            CaseState.PROMISED,
            fill=Fill(values={"mail": "jose@fabrikam.example"}, why="I asked him.", begun=True, at=worlds.NOW),
            trouble=Trouble.NOT_SHOWN_YET.value,
        ),
        "not-done-not-shown": case(
            no_mail(),
            CaseState.NOT_DONE,
            fill=Fill(values={"mail": "jose@fabrikam.example"}, why="I asked him.", begun=True, at=worlds.NOW),
            trouble=Trouble.NOT_SHOWN.value,
        ),
        "calling-no-answer": case(no_mail(), CaseState.CALLING, trouble=Trouble.NO_ANSWER.value),
        "not-done-called-off": case(fixed, CaseState.NOT_DONE, trouble=Trouble.CALLED_OFF.value, told="Ines Berg"),
    }


def judged(seen: Evidence) -> Diagnosis:
    """What the rules say to a world, with everything that was checked."""
    return diagnose(seen)


SHIFT = Shift(person=worlds.aisha(), days=(0, 1, 2, 3, 4), begins=time(8), ends=time(16))


def ticket(state: TicketState = TicketState.OPEN, **changes: Any) -> Ticket:
    """Olle's ticket about a case."""
    opened = TicketEvent(at=worlds.NOW - worlds.DAY, what="opened", by=worlds.olle())
    taken = TicketEvent(at=worlds.NOW, what="taken", by=worlds.aisha())
    closed = TicketEvent(at=worlds.NOW + worlds.DAY, what="closed", by=worlds.aisha())
    lives = {
        TicketState.OPEN: (opened,),
        TicketState.TAKEN: (opened, taken),
        TicketState.CLOSED: (opened, taken, closed),
    }
    usual: dict[str, Any] = {
        "number": 12,
        "version": 1,
        "requester": worlds.olle(),
        "origin": "conversation",
        "question": "why can't I get into AskCody",
        "state": state,
        "opened": worlds.NOW - worlds.DAY,
        "updated": lives[state][-1].at,
        "taker": None if state is TicketState.OPEN else worlds.aisha(),
        "case_id": CASE_ID,
        "diagnosis": no_mail(),
        "history": lives[state],
        "notified": True,
    }
    return Ticket(**{**usual, **changes})


def bare_ticket() -> Ticket:
    """A ticket that no diagnosis goes with, of which the helpdesk has not been told."""
    return ticket(diagnosis=None, case_id=None, question="my badge does not open the door", notified=False)


def many_people(n: int) -> list[Any]:
    """People of nearly the same name."""
    return [
        worlds.jose(
            id=f"11111111-0000-4000-8000-0000000001{k:02}",
            upn=f"jose{k}@fabrikam.example",
            enabled=k != 2,
            deleted=worlds.NOW - worlds.DAY if k == 3 else None,
            guest=k == 4,
        )
        for k in range(1, n + 1)
    ]


def failing_cycle() -> Execution:
    """A cycle that failed as a whole."""
    return Execution(
        cycle_id="cycle-10",
        state="Failed",
        began=worlds.LAST_CYCLE,
        ended=worlds.LAST_CYCLE + worlds.MINUTE,
        escrowed=4,
        error_code="SchemaInvalid",
        error_message="The schema could not be read.",
    )


def _cause_examples() -> dict[str, Callable[[], Card]]:
    return {
        f"cause-{cause.value}-{voice.value}": lambda seen=seen, voice=voice: case_card(case(seen), voice)  # type: ignore[misc]
        for cause, seen in by_cause().items()
        for voice in Voice
    }


def _state_examples() -> dict[str, Callable[[], Card]]:
    return {
        f"case-{name}-{voice.value}": lambda one=one, voice=voice: case_card(one, voice)  # type: ignore[misc]
        for name, one in by_state().items()
        for voice in Voice
    }


def _health_examples() -> dict[str, Callable[[], Card]]:
    return (
        {
            f"health-{name}-{voice.value}": lambda job=job, pulse=pulse, voice=voice: health_card(
                worlds.askcody(), job, pulse, worlds.NOW, voice=voice
            )
            for name, (job, pulse) in _jobs().items()
            for voice in Voice
        }
        | {
            "health-for-an-admin-agent": lambda: health_card(
                worlds.askcody(),
                worlds.job(),
                Pulse(failing=2, held=0),
                worlds.NOW,
                cycles=course(),
                moves=("pause", "restart"),
            )
        }
        | {
            f"health-first-cycle-{name}-agent": lambda began=began: health_card(
                worlds.askcody(),
                _in_its_first_cycle(worlds.NOW - began),
                Pulse(failing=0, held=0),
                worlds.NOW,
                full=Cost(cycles=2, length=timedelta(hours=3)),
            )
            for name, began in (("so-far", timedelta(hours=1)), ("longer-than-before", timedelta(hours=7)))
        }
    )


def _in_its_first_cycle(began: datetime) -> Job:
    return worlds.job(
        first_steady=None,
        steady_since=None,
        last=worlds.cycle(began=began, ended=None),
        progress=Progress(done=12, whole=40),
    )


def _jobs() -> dict[str, tuple[Job | None, Pulse]]:
    now, well = worlds.NOW, Pulse(failing=0, held=0)
    long_ago = replace(worlds.quarantined_job().quarantine, since=now - 29 * worlds.DAY)  # type: ignore[type-var]
    return {
        "active": (worlds.job(), well),
        "some-people-fail": (worlds.job(), Pulse(failing=3, held=0, next_retry=now + timedelta(hours=6))),
        "failures-unread": (worlds.job(), Pulse()),
        "quarantined": (
            worlds.quarantined_job("EncounteredEscrowProportionThreshold", "TooMany"),
            Pulse(failing=2, held=0),
        ),
        "credentials": (worlds.quarantined_job(), Pulse(failing=2, held=0)),
        "switched-off": (worlds.quarantined_job(scheduled=False, quarantine=long_ago), well),
        "too-many-deletes": (worlds.quarantined_job("TooManyDeletes", "TooManyDeletes"), Pulse(failing=0, held=7)),
        "paused": (worlds.job(state=JobState.PAUSED, raw_state="Paused", scheduled=False), well),
        "not-run": (worlds.job(state=JobState.NOT_RUN, raw_state="NotRun", last=None, first_steady=None), well),
        "first-cycle": (worlds.job(first_steady=None, steady_since=None), well),
        "never-set-up": (None, Pulse()),
        "cycles-fail": (
            worlds.job(last=failing_cycle(), successive_failures=3, escrows_pruned=True),
            Pulse(failing=4, held=0),
        ),
        "silent": (worlds.job(last=worlds.cycle(began=now - timedelta(hours=5))), well),
        "log-quiet": (
            worlds.job(),
            Pulse(failing=0, held=0, newest_row=now - worlds.DAY, newest_assignment=now - timedelta(hours=4)),
        ),
        "new-state": (worlds.job(state=JobState.OTHER, raw_state="Hibernating"), well),
    }


def course() -> list[Execution]:
    """Four cycles that the desk has seen, oldest first."""
    start = worlds.LAST_CYCLE - timedelta(minutes=120)
    return [
        worlds.cycle(began=start + timedelta(minutes=40 * n), escrowed=failed, exported=n)
        for n, failed in enumerate((9, 9, 4, 2))
    ]


_READ_BY = {Voice.AGENT: "desk", Voice.PERSON: "asker"}


# An answer from which a ticket was opened; it stays in the language in which it was given.
SAID = (
    "In 2 of 2 apps something is wrong for José García.",
    "✗ AskCody: The mail address is empty.",
    "✗ Zoom: The mail address is empty.",
    "Read from Microsoft Graph at 2026-03-02 09:30 UTC.",
)


def _arrival(person: str, at: datetime) -> Arrival:
    return Arrival(person=person, app="a-1", row=f"row-{person}", at=at, name="Maja Lind", app_name="AskCody")


def _arriving(at: datetime) -> Ticket:
    """A ticket about two people, one of whom has arrived."""
    people = (Named(id="p-1", name="Maja Lind"), Named(id="p-2", name="Olle Svensson"))
    about = replace(bare_ticket(), people=people, apps=(Named(id="a-1", name="AskCody"),), question="left over")
    return moved(about, Arrived(arrivals=(_arrival("p-1", at),)), worlds.aisha(), at) or about


def _lives_of_tickets() -> dict[str, Callable[[], Card]]:
    """What a ticket can come to beside being open, taken and closed."""
    at, jose = worlds.NOW + worlds.DAY, Asker(actor=worlds.ines(), origin="chat", at=worlds.NOW)
    note = TicketEvent(at=at, what="noted", by=worlds.aisha(), text="jose@fabrikam.example")
    internal = TicketEvent(at=at, what="noted", by=worlds.aisha(), text="olle@fabrikam.example", internal=True)
    seen = TicketEvent(at=at, what="mended", by=DESK, value="row-9")
    arriving = _arriving(at)
    taken, closed = ticket(TicketState.TAKEN), ticket(TicketState.CLOSED)
    lives = {
        "mended": replace(taken, mended=at, history=(*taken.history, seen)),
        "noted": replace(taken, history=(*taken.history, note, internal), severity=Severity.URGENT),
        "joined": replace(taken, also=(jose,), people=(Named(id="p", name="José García"),)),
        "first-of-many": replace(ticket(), children=tuple(range(13, 27))),
        "following": replace(ticket(number=13), parent=12),
        "handed-over": replace(
            bare_ticket(),
            question="everything about José",
            found="\n".join(SAID),
            people=(Named(id="p-jose", name="José García"),),
            apps=(Named(id="a-1", name="AskCody"), Named(id="a-2", name="Zoom")),
            cause="missing_attribute",
        ),
        "arriving": arriving,
        "arrived": moved(arriving, Arrived(arrivals=(_arrival("p-2", at),)), worlds.aisha(), at) or arriving,
        "merged": replace(closed, merged_into=7, reason=CloseReason.MERGED, closed=at),
        "withdrawn": replace(closed, reason=CloseReason.WITHDRAWN, closed=at),
        "not-ours": replace(closed, reason=CloseReason.NOT_OURS, closed=at),
    }
    return {
        f"ticket-{name}-by-{_READ_BY[voice]}": lambda one=one, voice=voice: ticket_card(one, voice)
        for name, one in lives.items()
        for voice in Voice
    } | {
        "ticket-word": lambda: word_card(lives["noted"], note),
        "desk-lost": lambda: lost_card(5),
        "roster": lambda: roster_card([SHIFT], [worlds.aisha()], "Europe/Stockholm"),
        "handover": lambda: handover_card(SHIFT, [worlds.ines()], most_pressing([*lives.values()]), 12, worlds.NOW),
        "routes": lambda: routes_card([Route(kind="app", value="a", words="AskCody", conversation="c", live=False)]),
    }


def _ticket_examples() -> dict[str, Callable[[], Card]]:
    bare = bare_ticket()
    cards: dict[str, Callable[[], Card]] = {
        f"ticket-{state.value}-{voice.value}": lambda state=state, voice=voice: ticket_card(ticket(state), voice)  # type: ignore[misc]
        for state in TicketState
        for voice in Voice
    }
    crowd = [replace(ticket(), number=n, opened=worlds.NOW - timedelta(hours=30 - n)) for n in range(1, 19)]
    return cards | {
        **_lives_of_tickets(),
        "ticket-form-change": lambda: ticket_form_card(ticket(), Form.CHANGE),
        "ticket-form-close": lambda: ticket_form_card(replace(ticket(), children=(13, 14)), Form.CLOSE),
        "ticket-form-reply": lambda: ticket_form_card(ticket(), Form.REPLY, {"reply": "It smells of *smoke*."}),
        "ticket-form-doubt": lambda: ticket_form_card(ticket(TicketState.CLOSED), Form.DOUBT),
        "ticket-form-sent": lambda: form_done_card(ticket()),
        "ticket-form-sent-closed": lambda: form_done_card(ticket(TicketState.CLOSED)),
        "ticket-form-dropped": lambda: form_done_card(ticket(), dropped=True),
        "ticket-elsewhere-agent": lambda: ticket_card(
            ticket(elsewhere=(Elsewhere(desk="jira", name="HELP-1", url="https://fabrikam.example/browse/HELP-1"),)),
            Voice.AGENT,
        ),
        "ticket-without-diagnosis-agent": lambda: ticket_card(bare, Voice.AGENT),
        "ticket-nobody-notified-person": lambda: ticket_card(bare, Voice.PERSON),
        "ticket-mended-person": lambda: ticket_card(ticket(TicketState.TAKEN, mended=worlds.NOW), Voice.PERSON),
        "ticket-mended-agent": lambda: ticket_card(ticket(TicketState.TAKEN, mended=worlds.NOW), Voice.AGENT),
        "tickets-open": lambda: ticket_list_card(crowd, title=_("Open tickets"), now=worlds.NOW),
        "tickets-none": lambda: ticket_list_card([], title=_("Open tickets"), now=worlds.NOW),
        "tickets-mine": lambda: ticket_list_card(
            [bare, ticket(TicketState.TAKEN)], title=_("My tickets"), now=worlds.NOW, voice=Voice.PERSON
        ),
    }


def busy_desk() -> Numbers:
    """A helpdesk with something to do."""
    return Numbers(
        as_of=worlds.NOW,
        open=7,
        waiting=3,
        oldest=worlds.NOW - timedelta(days=9),
        ages=(4, 2, 1),
        opened=12,
        closed=9,
        answered=10,
        first_answer=timedelta(minutes=14),
        first_answer_slow=timedelta(hours=5),
        by_click=18,
        by_itself=2,
        causes=(("missing_attribute", 11), ("not_assigned", 6), ("a_new_cause", 1)),
    )


def _numbers_examples() -> dict[str, Callable[[], Card]]:
    busy = busy_desk()
    idle = replace(busy, open=0, waiting=0, oldest=None, ages=(0, 0, 0), opened=0, closed=0, answered=0)
    idle = replace(idle, first_answer=None, first_answer_slow=None, by_click=0, by_itself=0, causes=())
    return {
        "numbers-busy": lambda: numbers_card(busy),
        "numbers-idle": lambda: numbers_card(idle),
        "numbers-all-taken": lambda: numbers_card(replace(busy, waiting=0)),
        "numbers-weekly": lambda: numbers_card(replace(busy, open=1, waiting=1, answered=1), weekly=True),
    }


def group_runs() -> dict[str, GroupRun]:
    """A group of seven before, while and after it is provisioned, and one that cannot be."""
    seen = GroupSeen(
        as_of=worlds.NOW,
        group=worlds.group("Designers"),
        app=worlds.askcody(),
        job=worlds.job(),
        rule_id=worlds.RULE_ID,
        assigned=True,
        members=tuple((f"p-{k}", f"Person {k}") for k in range(7)),
        nested=("Interns",),
    )
    looked = GroupRun(
        id=CASE_ID, version=1, actor=worlds.aisha(), state=RunState.LOOKED, seen=seen, seats=seats_of(seen)
    )
    states = tuple(state for state in SeatState if state is not SeatState.STOPPED)
    whys = {SeatState.LEFT_OUT: Refusal.NOT_ASSIGNED.value, SeatState.FAILED: DETAIL}
    seats = tuple(replace(seat, state=s, why=whys.get(s)) for seat, s in zip(looked.seats, states, strict=True))
    running = replace(
        looked,
        state=RunState.RUNNING,
        seats=seats,
        promised_by=worlds.aisha(),
        promised_at=worlds.NOW,
        itself="success",
    )
    done = tuple(replace(seat, state=SeatState.DONE) for seat in looked.seats)
    stopping = tuple(
        replace(seat, state=SeatState.STOPPED) if seat.state is SeatState.WAITING else seat for seat in seats
    )
    over = tuple(replace(seat, state=SeatState.DONE) if seat.state in UNDER_WAY else seat for seat in stopping)
    held = replace(seats[1], why=Refusal.ALREADY_RUNNING.value, told="Ines Berg")
    return {
        "looked": looked,
        "not-assigned": replace(looked, hindrance=Hindrance.NOT_ASSIGNED),
        "quarantined": replace(looked, hindrance=Hindrance.JOB, why=Refusal.JOB_QUARANTINED.value),
        "running": running,
        "stopping": replace(running, seats=stopping, stopped_by=worlds.ines()),
        "stopped": replace(running, state=RunState.STOPPED, seats=over, told=Refusal.NOT_AN_AGENT.value),
        "held": replace(running, seats=(seats[0], held, *seats[2:])),
        "ended": replace(running, state=RunState.ENDED, seats=done),
    }


def _talk_examples() -> dict[str, Callable[[], Card]]:
    app, question = worlds.askcody(), "why can't José get into AskCody"
    apps = [app, worlds.askcody(id="app-2", name="AskCody Displays")]
    return {
        "choose-person-few": lambda: choose_person_card(many_people(4), app=app, intent="status", question=question),
        "choose-person-many": lambda: choose_person_card(many_people(9), app=None, intent="status", question=question),
        "choose-app": lambda: choose_app_card(apps, person_id=worlds.JOSE_ID, intent="status", question=question),
        **{f"group-{name}": lambda run=run: group_card(run) for name, run in group_runs().items()},  # type: ignore[misc]
        "fill-form": lambda: fill_form(case(no_mail())),
        "fill-form-again": lambda: fill_form(
            case(no_mail()),
            {"fill_mail": "jose", "why": "I asked."},
            complaint=_("One of the values cannot stand there."),
        ),
        "nobody": lambda: nobody_card("Jossé Garsia", app),
        "help-person": lambda: help_card(worlds.olle()),
        "help-agent": lambda: help_card(worlds.aisha()),
        "help-admin": lambda: help_card(worlds.ines()),
        "welcome": lambda: help_card(worlds.olle(), welcome=True),
        "unclear": lambda: unclear_card("make me a *sandwich*", ["my tickets", "help"], once=ONCE),
        "unclear-silence": lambda: unclear_card(" ", []),
        "notice": lambda: notice_card(_("Ticket"), _("There are none."), buttons=[(_("Help"), "help")]),
        **{f"denied-{denial.value}": lambda denial=denial: denied_card(denial, app=app) for denial in Denial},  # type: ignore[misc]
        **{
            f"trouble-{name}": lambda error=error: trouble_card(error, again=question, once=ONCE)  # type: ignore[misc]
            for name, error in TROUBLES.items()
        },
    }


EXAMPLES: dict[str, Callable[[], Card]] = (
    _cause_examples()
    | _state_examples()
    | _health_examples()
    | order_examples()
    | failing_examples()
    | _ticket_examples()
    | _numbers_examples()
    | _talk_examples()
    | crowd_examples()
    | watch_examples()
    | news_examples()
)
