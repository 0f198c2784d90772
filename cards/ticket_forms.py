"""What the helpdesk can do with a ticket: buttons that fit its state, and the two forms that unfold below its card."""

from cards._kit import Block, ask_choice, ask_text, execute, show_card, tick
from cards.history import reason_words, severity_words
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


def desk_buttons(ticket: Ticket) -> list[Block]:
    """At most five, the forms' own included: one is left for the evidence."""
    now = {"ticket": ticket.number, "step": ticket.step}  # a move that was offered at another step is not made
    if ticket.merged_into is not None:
        return [
            execute(_("Show SD-{n}").format(n=ticket.merged_into), "refresh_ticket", {"ticket": ticket.merged_into})
        ]
    if not ticket.is_open:
        return [execute(_("Reopen"), "reopen_ticket", now)]
    take = [execute(_("Take it"), "take_ticket", now, main=True)] if ticket.state is TicketState.OPEN else []
    return [*take, _update(ticket, now), _close(ticket, now)]


def _update(ticket: Ticket, now: dict[str, int]) -> Block:
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
    return show_card(_("Note or change"), fields, execute(_("Save"), "update_ticket", now))


def _close(ticket: Ticket, now: dict[str, int]) -> Block:
    chosen = CloseReason.BY_ITSELF if ticket.mended else CloseReason.SOLVED
    fields = [
        ask_choice("reason", _("Why"), [(one.value, reason_words(one)) for one in _REASONS], value=chosen.value),
        ask_text("why", _("A word to who asked"), lines=True),
    ]
    others = len(ticket.children)
    if others:
        words = ngettext("Also close {n} other", "Also close {n} others", others).format(n=others)
        fields.append(tick("others", words, on=True))
    return show_card(_("Close"), fields, execute(_("Close it"), "close_ticket", now))
