"""Cards that help a conversation along: help, welcome, "I did not understand", a polite no, trouble, small notices."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from cards._kit import Block, Card, Tone, execute, listing, make, safe, text, title
from cards.times import span
from cards.troubles import error_said
from cards.words import _, ngettext
from provisioning.errors import ConflictError, DeskError, NotAllowedError, NotThereError, TryLaterError, UncertainError
from provisioning.model import Actor, App

MOST_SUGGESTIONS = 4
LONGEST_WISH = 4000  # characters of what was written that a button hands over; a ticket keeps no more


class Denial(StrEnum):
    """What somebody may not do with the desk."""

    OTHERS = "others"  # ask about somebody else
    PROVISION = "provision"
    TICKETS = "tickets"  # take, close or list other people's tickets
    DESK_ROOM = "desk_room"  # choose the helpdesk's channel


def help_card(actor: Actor, *, welcome: bool = False) -> Card:
    """What the desk can do for this actor. ``welcome``: the first message of all, which also names the limits."""
    said = (
        _("Hello {name}, I am Sync Desk: I find out why somebody cannot get into an app, and mend what can be mended.")
        if welcome
        else _("I find out why somebody cannot get into an app, and mend what can be mended.")
    ).format(name=safe(actor.name))
    examples = _examples(actor)
    body = [
        title(said),
        text(_("You can write, for example:")),
        *listing([line for line, _command in examples]),
    ]
    body.append(text(_rights(actor)))
    body.append(text(_limits(), subtle=True, small=True))
    buttons = [execute(line, "ask", {"text": command}) for line, command in _shortcuts(actor)]
    return make(body, summary=said, actions=buttons)


def lost_card(waiting: int) -> Card:
    """To who named the helpdesk's channel: it is gone, or we were removed from it."""
    said = _("I cannot write to the helpdesk's channel any more.")
    n = ngettext("{n} open ticket waits.", "{n} open tickets wait.", waiting).format(n=waiting)
    then = _("Add me to a channel and write there: use this channel for the helpdesk")
    return make([title(said, Tone.ATTENTION, text(n), text(then))], summary=said)


def unclear_card(words: str, suggestions: Sequence[str], *, once: str = "") -> Card:
    """``words`` were not understood. ``suggestions`` are commands that would be; each becomes a button.

    ``once`` names this card: its button hands ``words`` over as one ticket, however often it is pressed. "": the
    button asks what the ticket is about.
    """
    said = (
        _("I did not understand “{words}”.").format(words=safe(words, longest=120))
        if words.strip()
        else _("What can I do for you?")
    )
    body = [
        title(said, Tone.NEUTRAL),
        text(_("Write who cannot get into which app, for example: “why can't I get into AskCody”.")),
        *([text(_("Did you mean one of these?"))] if suggestions else []),
    ]
    buttons = [execute(line[:60], "ask", {"text": line}) for line in suggestions[:MOST_SUGGESTIONS]]
    if "help" not in suggestions:
        buttons.append(execute(_("Help"), "ask", {"text": "help"}))
    if words.strip():
        buttons.append(_ask_a_human(words, once))
    return make(body, summary=said, actions=buttons)


def denied_card(denial: Denial, *, app: App | None = None) -> Card:
    """A polite no that says who may, and what the reader can do instead."""
    said, who_may = {
        Denial.OTHERS: (
            _("I may tell you only about your own access."),
            _("The helpdesk may ask about other people. The person can also ask me directly, or you ask the helpdesk."),
        ),
        Denial.PROVISION: (
            _("Only the helpdesk may provision people."),
            _("Open a ticket, and the helpdesk decides and does it."),
        ),
        Denial.TICKETS: (
            _("Only the helpdesk may see and work on other people's tickets."),
            _("Your own tickets are always open to you."),
        ),
        Denial.DESK_ROOM: (
            _("Only an identity administrator may choose the helpdesk's channel."),
            _("Please ask one to write it here."),
        ),
    }[denial]
    buttons = []
    if denial is Denial.OTHERS:
        about = f"why can't I get into {app.name}" if app else "why can't I get in"
        buttons.append(execute(_("Ask about myself"), "ask", {"text": about}))
    buttons.append(
        execute(_("My tickets"), "ask", {"text": "my tickets"})
        if denial is Denial.TICKETS
        else execute(_("Ask a human"), "ask", {"text": "I need a human"})
    )
    return make([title(said, Tone.WARNING, text(who_may))], summary=said, actions=buttons)


def notice_card(
    said: str, words: str = "", *, tone: Tone = Tone.NEUTRAL, buttons: Sequence[tuple[str, str]] = ()
) -> Card:
    """A short notice. ``said`` and ``words`` come translated and safe; ``buttons`` are (title, command) pairs."""
    below = [text(words)] if words else []
    actions = [execute(line, "ask", {"text": command}) for line, command in buttons]
    return make([title(said, tone, *below)], summary=said, actions=actions)


def trouble_card(error: DeskError, *, again: str = "", once: str = "") -> Card:
    """What went wrong, as its sort says what to do. ``again``: the text that a Try again button sends.

    ``once``: see ``unclear_card``; it is ``again`` that is handed over.
    """
    said, advice = _trouble(error)
    detail = safe(error_said(error))
    below = [text(advice), *([text(detail, subtle=True)] if detail else [])]
    buttons: list[Block] = []
    if again and not isinstance(error, NotAllowedError):
        buttons.append(execute(_("Try again"), "ask", {"text": again}))
    buttons.append(_ask_a_human(again, once))
    return make([title(said, Tone.WARNING, *below)], summary=said, actions=buttons)


def _ask_a_human(words: str, once: str) -> Block:
    if words.strip() and once:
        return execute(_("Ask a human"), "write_ticket", {"text": words[:LONGEST_WISH], "once": once})
    return execute(_("Ask a human"), "ask", {"text": "I need a human"})


def _trouble(error: DeskError) -> tuple[str, str]:
    if isinstance(error, TryLaterError):
        wait = span(timedelta(seconds=max(error.wait, 60)))
        return _("I cannot answer at the moment."), _("The other side is busy. Please try again in {span}.").format(
            span=wait
        )
    if isinstance(error, NotAllowedError):
        return _("I am not allowed to do that."), _("If you think that is wrong, ask a human.")
    if isinstance(error, NotThereError):
        return _("That does not exist any more."), _("It may have been removed in the meantime. Please ask anew.")
    if isinstance(error, ConflictError):
        return _("Somebody else was faster."), _("Please look at how it stands now and decide again.")
    if isinstance(error, UncertainError):
        return _("I do not know whether that worked."), _("Please look again in some minutes before you repeat it.")
    return _("That did not work."), _("Trying again the same way will not help. Please ask a human.")


def _examples(actor: Actor) -> list[tuple[str, str]]:
    """What can be written, in the reader's words, with the command as the understanding knows it."""
    about_me = [
        (_("why can't I get into AskCody"), "why can't I get into AskCody"),
        (_("my tickets"), "my tickets"),
        (_("I need a human: my badge does not work"), "I need a human"),
    ]
    if not actor.is_agent:
        return about_me
    about_all = [
        (_("why can't José get into AskCody"), "why can't José get into AskCody"),
        (_("status jose@fabrikam.example in AskCody"), "status jose@fabrikam.example in AskCody"),
        (_("how is AskCody syncing"), "how is AskCody syncing"),
        (_("who is failing in AskCody"), "who is failing in AskCody"),
        (_("why is the AskCody sync slow"), "why is the AskCody sync slow"),
        (_("watch all apps"), "watch all apps"),
        (_("open tickets"), "open tickets"),
        (_("helpdesk numbers"), "helpdesk numbers"),
    ]
    if not actor.is_admin:
        return about_all + about_me
    return [*about_all, (_("use this channel for the helpdesk"), "use this channel for the helpdesk"), *about_me]


def _shortcuts(actor: Actor) -> list[tuple[str, str]]:
    mine = [(_("My tickets"), "my tickets"), (_("Ask a human"), "I need a human")]
    return [(_("Open tickets"), "open tickets"), *mine] if actor.is_agent else mine


def _rights(actor: Actor) -> str:
    if actor.is_admin:
        return _(
            "You are an identity administrator: you may ask about anybody, provision, and choose the helpdesk's "
            "channel."
        )
    if actor.is_agent:
        return _(
            "You belong to the helpdesk: you may ask about anybody and provision, which always takes a click on a "
            "button."
        )
    return _("You may ask about yourself. For other people, the helpdesk may ask.")


def _limits() -> str:
    return _(
        "I read the directory and the provisioning log of your organisation (that needs the consent of an "
        "administrator and a Microsoft Entra ID P1 licence). I never act on a guess, and the log can lag some minutes."
    )
