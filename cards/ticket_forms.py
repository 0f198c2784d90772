"""What can be done with a ticket, and the forms for what wants words.

A form is a message of its own, never part of the ticket's card: that card is drawn anew whenever something happens to
the ticket, and what somebody was typing into it would be gone.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from cards._kit import Block, Card, Tone, ask_choice, ask_text, execute, make, text, tick, title
from cards.history import about_words, reason_words, severity_words
from cards.words import _, ngettext
from provisioning.tickets import CloseReason, Severity, Ticket, TicketState

FOR_DESK, FOR_ASKERS = "desk", "askers"  # whom a note is for
GIVE_BACK = "-"
_REASONS = (
    CloseReason.SOLVED,
    CloseReason.BY_ITSELF,
    CloseReason.NO_FAULT,
    CloseReason.NOT_OURS,
    CloseReason.NO_REPLY,
)


class Form(StrEnum):
    """The forms: the helpdesk's two, and those of who asked."""

    CHANGE = "change"
    CLOSE = "close"
    REPLY = "reply"
    DOUBT = "doubt"

    @property
    def is_for_the_desk(self) -> bool:
        """Whether only the helpdesk fills it in."""
        return self in {Form.CHANGE, Form.CLOSE}

    def fits(self, ticket: Ticket) -> bool:
        """Whether what it asks for can still be done."""
        if self is Form.DOUBT:
            return ticket.merged_into is None and (not ticket.is_open or ticket.mended is not None)
        return ticket.is_open


def desk_buttons(ticket: Ticket) -> list[Block]:
    """At most three: others of the card have room beside them."""
    now = {"ticket": ticket.number, "step": ticket.step}  # a move that was offered at another step is not made
    if ticket.merged_into is not None:
        return [
            execute(_("Show SD-{n}").format(n=ticket.merged_into), "refresh_ticket", {"ticket": ticket.merged_into})
        ]
    if not ticket.is_open:
        return [execute(_("Reopen"), "reopen_ticket", now)]
    take = [execute(_("Take it"), "take_ticket", now, main=True)] if ticket.state is TicketState.OPEN else []
    return [*take, form_button(ticket, Form.CHANGE), form_button(ticket, Form.CLOSE)]


def form_button(ticket: Ticket, form: Form) -> Block:
    """Brings the form, below the card."""
    return execute(_name(form), "ticket_form", {"ticket": ticket.number, "form": form.value})


def ticket_form_card(ticket: Ticket, form: Form, said: Mapping[str, str] | None = None) -> Card:
    """The form. ``said``: what was filled in already, by the fields' ids."""
    fields, words, verb = _FORMS[form](ticket)
    kept = said or {}
    filled = [field | {"value": kept[field["id"]]} if kept.get(field["id"]) else field for field in fields]
    head = _("{ticket}: {form}").format(ticket=ticket.name, form=_name(form))
    about = about_words(ticket)
    lead = title(head, Tone.ACCENT, *([text(about, subtle=True)] if about and form.is_for_the_desk else []))
    now = {"ticket": ticket.number, "step": ticket.step, "form": form.value}
    back = execute(_("Never mind"), "drop_ticket_form", {"ticket": ticket.number}, associatedInputs="none")
    return make([lead, *filled], summary=head, actions=[execute(words, verb, now, main=True), back])


def form_done_card(ticket: Ticket, *, dropped: bool = False) -> Card:
    """Says that the form was sent (or ``dropped``); stands in its place where its message cannot be taken back."""
    if dropped:
        said = _("{ticket}: it is left as it was.").format(ticket=ticket.name)
    elif ticket.is_open:
        said = _("{ticket}: that is written down.").format(ticket=ticket.name)
    else:
        said = _("{ticket}: closed.").format(ticket=ticket.name)
    return make([text(said, subtle=True)], summary=said)


def _name(form: Form) -> str:
    return {
        Form.CHANGE: _("Note or change"),
        Form.CLOSE: _("Close"),
        Form.REPLY: _("Add something"),
        Form.DOUBT: _("Not solved"),
    }[form]


def _change(ticket: Ticket) -> tuple[list[Block], str, str]:
    """Everything that changes it but taking and closing; what is left as it stands changes nothing."""
    whom = [(FOR_DESK, _("the helpdesk alone")), (FOR_ASKERS, _("who asked"))]
    grades = [(one.value, severity_words(one)) for one in Severity]
    fields = [
        ask_text("note", _("Note"), lines=True),
        ask_choice("for", _("The note is for"), whom, value=FOR_DESK),
        ask_choice("severity", _("Severity"), grades, value=ticket.severity.value),
        ask_text("owner", _("Hand over to"), longest=200, placeholder=_("A name or address; - to give it back")),
        ask_text("into", _("Merge into"), longest=20, placeholder="SD-1001"),
    ]
    return fields, _("Save"), "update_ticket"


def _close(ticket: Ticket) -> tuple[list[Block], str, str]:
    chosen = CloseReason.BY_ITSELF if ticket.mended else CloseReason.SOLVED
    fields = [
        ask_choice("reason", _("Why"), [(one.value, reason_words(one)) for one in _REASONS], value=chosen.value),
        ask_text("why", _("A word to who asked"), lines=True),
    ]
    others = len(ticket.children)
    if others:
        words = ngettext("Also close {n} other", "Also close {n} others", others).format(n=others)
        fields.append(tick("others", words, on=True))
    return fields, _("Close it"), "close_ticket"


def _reply(_ticket: Ticket) -> tuple[list[Block], str, str]:
    return [ask_text("reply", _("Your words to the helpdesk"), lines=True)], _("Send"), "reply_ticket"


def _doubt(_ticket: Ticket) -> tuple[list[Block], str, str]:
    return [ask_text("doubt", _("What still happens?"), lines=True)], _("Tell the helpdesk"), "doubt_ticket"


_FORMS: Mapping[Form, Callable[[Ticket], tuple[list[Block], str, str]]] = {
    Form.CHANGE: _change,
    Form.CLOSE: _close,
    Form.REPLY: _reply,
    Form.DOUBT: _doubt,
}
