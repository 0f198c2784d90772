"""What leads a case's card for the person concerned: what happens, who acts, when."""

from collections.abc import Callable

from cards import causes
from cards._kit import Tone
from cards._lead import NO_REASON, TONES, Lead, names, soon
from cards.voice import Voice
from cards.words import _
from provisioning.cases import Case, CaseState


def kind_lead(case: Case) -> Lead:
    """The head for the state that the case is in."""
    return _FOR_THE_PERSON[case.state](case)


def _kind_answer(case: Case) -> Lead:
    root = case.diagnosis.root
    return Lead(
        TONES.get(root.cause, Tone.WARNING),
        causes.answer(case.diagnosis, Voice.PERSON),
        (causes.who(case.diagnosis, Voice.PERSON),),
    )


def _kind_running(case: Case) -> Lead:
    return Lead(
        Tone.ACCENT,
        _("The helpdesk is having your account in {app} set up right now …").format(**names(case)),
        (soon(),),
    )


def _kind_checking(case: Case) -> Lead:
    return Lead(
        Tone.ACCENT,
        _("Your account in {app} should be there in a moment; I am waiting for the confirmation.").format(
            **names(case)
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
        _("Your account in {app} is ready.").format(**names(case)),
        (_("Please try to sign in with your work address. If that does not work, open a ticket and we will look."),),
    )


def _kind_not_done(case: Case) -> Lead:
    if case.diagnosis.root.cause not in NO_REASON:
        return _kind_answer(case)
    return Lead(
        Tone.WARNING,
        _("Your account in {app} could not be set up just now.").format(**names(case)),
        (_("The helpdesk has to look at it. Please open a ticket; what I found goes with it."),),
    )


def _kind_uncertain(case: Case) -> Lead:
    return Lead(
        Tone.WARNING,
        _("It is not certain yet whether your account in {app} was set up.").format(**names(case)),
        (_("Please wait some minutes and press Refresh. If it stays like this, open a ticket."),),
    )


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
