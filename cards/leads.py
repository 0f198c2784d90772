"""What leads a case's card in each state of the case: the answer in one sentence, and what follows from it.

Nothing is called mended before a log row or Graph's own word proves it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cards import causes
from cards._kit import Tone, safe
from cards.events import action_words, error_words
from cards.refusals import refusal_words
from cards.times import instant
from cards.troubles import trouble_words
from cards.voice import Voice
from cards.words import _
from provisioning.cases import Case, CaseState, Trouble
from provisioning.model import Cause, Retry, Verdict

NO_FAULT = frozenset({Cause.PROVISIONED, Cause.IN_SYNC, Cause.AWAITING_CYCLE})
_NO_REASON = NO_FAULT | {Cause.UNEXPLAINED}  # causes that say nothing about why a run failed
_TONES = {
    Cause.PROVISIONED: Tone.GOOD,
    Cause.IN_SYNC: Tone.GOOD,
    Cause.AWAITING_CYCLE: Tone.ACCENT,
    Cause.UNEXPLAINED: Tone.WARNING,
}


@dataclass(frozen=True, slots=True)
class Lead:
    """One bold sentence and the paragraphs under it."""

    tone: Tone
    answer: str
    lines: tuple[str, ...] = ()


def lead(case: Case, voice: Voice) -> Lead:
    """The head of the card for the state that the case is in."""
    return (_FOR_AGENTS if voice is Voice.AGENT else _FOR_THE_PERSON)[case.state](case)


def _names(case: Case) -> dict[str, str]:
    person = case.diagnosis.person
    return {"name": safe(person.name or person.upn), "app": safe(case.diagnosis.app.name)}


def _lines(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)


def _looked(case: Case) -> Lead:
    root = case.diagnosis.root
    failed = case.diagnosis.last_event is not None and case.diagnosis.last_event.verdict is Verdict.FAILURE
    useless = failed and root.retry is Retry.AFTER_FIX and case.diagnosis.may_provision
    return Lead(
        _TONES.get(root.cause, Tone.ATTENTION),
        causes.answer(case.diagnosis, Voice.AGENT),
        _lines(
            causes.who(case.diagnosis, Voice.AGENT),
            _("Until then, provisioning now would most likely fail again.") if useless else "",
            _trouble(case),
        ),
    )


def _promised(case: Case) -> Lead:
    return Lead(
        Tone.ACCENT,
        _("Provisioning {name} to {app} is about to start …").format(**_names(case)),
        (_started(case), *_held_up(case)),
    )


def _calling(case: Case) -> Lead:
    return Lead(
        Tone.ACCENT,
        _("Provisioning {name} to {app} is running: Microsoft is working on it …").format(**_names(case)),
        (_started(case), _soon()),
    )


def _checking(case: Case) -> Lead:
    return Lead(
        Tone.ACCENT,
        _("Microsoft reports success for {name} in {app}; the log does not show it yet.").format(**_names(case)),
        (*_waits_for_the_log(case), _started(case)),
    )


def _held_up(case: Case) -> tuple[str, ...]:
    return (trouble_words(case), _("I ask again by myself.")) if case.trouble else (_soon(),)


def _waits_for_the_log(case: Case) -> tuple[str, ...]:
    if case.trouble:  # the check gave up
        return trouble_words(case), _("Press Refresh to look again.")
    return (
        _(
            "I am waiting for the row in the provisioning log as the proof. That can take some minutes, and this "
            "card changes by itself."
        ),
    )


def _done(case: Case) -> Lead:
    if case.proof is None:
        return Lead(
            Tone.GOOD,
            _("{name} is in {app}, and everything there is already up to date.").format(**_names(case)),
            (
                _(
                    "Verified by Microsoft's answer to the on-demand run: directory and app hold the same values, so "
                    "nothing had to be written."
                ),
            ),
        )
    return Lead(
        Tone.GOOD,
        _("{name} is provisioned to {app}.").format(**_names(case)),
        (
            _("Verified in the provisioning log: “{action}” succeeded, {when}, row {row}.").format(
                action=action_words(case.proof.action), when=instant(case.proof.at), row=safe(case.proof.id)
            ),
        ),
    )


def _not_done(case: Case) -> Lead:
    return Lead(
        Tone.ATTENTION,
        _("{name} was not provisioned to {app}: {because}.").format(**_names(case), because=_why_not(case)),
        _lines(_error(case), _trouble(case), _next_after_failure(case)),
    )


def _refused(case: Case) -> Lead:
    return Lead(
        Tone.WARNING,
        _("I did not provision {name} to {app}: a last check said no.").format(**_names(case)),
        _lines(
            refusal_words(case.refusal),
            _("Microsoft was not asked to do anything."),
            _trouble(case),
            _next_after_failure(case),
        ),
    )


def _uncertain(case: Case) -> Lead:
    return Lead(
        Tone.WARNING,
        _("Nobody knows yet whether {name} was provisioned to {app}.").format(**_names(case)),
        _lines(
            _("The run was started, but no usable answer came, and the provisioning log does not show it."),
            _("Wait some minutes, then press Refresh to look again. If it stays like this, open a ticket."),
            _trouble(case) if case.trouble != Trouble.NO_TRACE else "",
        ),
    )


def _why_not(case: Case) -> str:
    root = case.diagnosis.root
    if root.cause not in _NO_REASON:
        return causes.also(root, case.diagnosis)
    if case.answer and case.answer.skip_reason:
        return _("Microsoft skipped it ({reason})").format(reason=safe(case.answer.skip_reason))
    by_trouble = {
        Trouble.BUSY: _("Microsoft could not be asked"),
        Trouble.NOT_TAKEN: _("Microsoft did not accept the run"),
        Trouble.TOOK_AWAY: _("the run took the account away"),
        Trouble.LOG_FAILED: _("the provisioning log shows that it did not succeed"),
        Trouble.LOG_DIFFERS: _("the provisioning log shows something else"),
        Trouble.FAULT: _("something went wrong in the desk"),
    }
    otherwise = _("Microsoft reports a failure") if case.answer else _("it did not come to an end")
    return by_trouble.get(Trouble(case.trouble), otherwise) if case.trouble in set(Trouble) else otherwise


def _error(case: Case) -> str:
    told = error_words(case.answer.error) if case.answer else ""
    return _("The error says: “{error}”").format(error=told) if told else ""


def _trouble(case: Case) -> str:
    return trouble_words(case)


def _next_after_failure(case: Case) -> str:
    return "" if case.diagnosis.root.cause in NO_FAULT else causes.who(case.diagnosis, Voice.AGENT)


def _started(case: Case) -> str:
    by = safe(case.promised_by.name) if case.promised_by else _("somebody")
    return _("Started by {by}, {when}.").format(by=by, when=instant(case.promised_at))


def _soon() -> str:
    return _("That usually takes under 30 seconds. This card changes by itself.")


def _kind_answer(case: Case) -> Lead:
    root = case.diagnosis.root
    return Lead(
        _TONES.get(root.cause, Tone.WARNING),
        causes.answer(case.diagnosis, Voice.PERSON),
        (causes.who(case.diagnosis, Voice.PERSON),),
    )


def _kind_running(case: Case) -> Lead:
    return Lead(
        Tone.ACCENT,
        _("The helpdesk is having your account in {app} set up right now …").format(**_names(case)),
        (_soon(),),
    )


def _kind_checking(case: Case) -> Lead:
    return Lead(
        Tone.ACCENT,
        _("Your account in {app} should be there in a moment; I am waiting for the confirmation.").format(
            **_names(case)
        ),
        (
            _("That can take some minutes. This card changes by itself.")
            if case.waiting
            else _("The confirmation has not come. Please try to sign in; if that does not work, open a ticket."),
        ),
    )


def _kind_done(case: Case) -> Lead:
    return Lead(
        Tone.GOOD,
        _("Your account in {app} is ready.").format(**_names(case)),
        (_("Please try to sign in with your work address. If that does not work, open a ticket and we will look."),),
    )


def _kind_not_done(case: Case) -> Lead:
    if case.diagnosis.root.cause not in _NO_REASON:
        return _kind_answer(case)
    return Lead(
        Tone.WARNING,
        _("Your account in {app} could not be set up just now.").format(**_names(case)),
        (_("The helpdesk has to look at it. Please open a ticket; what I found goes with it."),),
    )


def _kind_uncertain(case: Case) -> Lead:
    return Lead(
        Tone.WARNING,
        _("It is not certain yet whether your account in {app} was set up.").format(**_names(case)),
        (_("Please wait some minutes and press Refresh. If it stays like this, open a ticket."),),
    )


_FOR_AGENTS: dict[CaseState, Callable[[Case], Lead]] = {
    CaseState.LOOKED: _looked,
    CaseState.PROMISED: _promised,
    CaseState.CALLING: _calling,
    CaseState.CHECKING: _checking,
    CaseState.DONE: _done,
    CaseState.NOT_DONE: _not_done,
    CaseState.REFUSED: _refused,
    CaseState.UNCERTAIN: _uncertain,
}
_FOR_THE_PERSON: dict[CaseState, Callable[[Case], Lead]] = {
    CaseState.LOOKED: _kind_answer,
    CaseState.PROMISED: _kind_running,
    CaseState.CALLING: _kind_running,
    CaseState.CHECKING: _kind_checking,
    CaseState.DONE: _kind_done,
    CaseState.NOT_DONE: _kind_not_done,
    CaseState.REFUSED: _kind_answer,
    CaseState.UNCERTAIN: _kind_uncertain,
}
