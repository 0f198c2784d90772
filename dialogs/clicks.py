"""What each button does. The data of a click comes from the client: its shape, what it names and the permission are
checked again. Who may not press it gets an error, not a card: a card would replace the one that others are reading.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from cards import unsealed
from cards.tickets import ticket_card
from cards.voice import Voice
from cards.words import _
from dialogs.asking import Ask, shown
from dialogs.case_reply import case_reply
from dialogs.meaning import ABOUT_AN_APP, ABOUT_SOMEBODY, Intent
from dialogs.needs import Inquiries, Promises, Shelf, Tickets
from dialogs.pressed import (
    LONGEST_TEXT,
    count,
    identifier,
    identifier_or_nothing,
    noted,
    number,
    of_no_worth,
    said,
)
from dialogs.talk import Click, Reply, Seal
from dialogs.ticket import for_requester, ticket_form
from provisioning.cases import Case, CaseState, Trouble
from provisioning.errors import NotAllowedError, NotThereError, RefusedError
from provisioning.permissions import may_ask, may_provision, may_see
from provisioning.tickets import Ticket

ASK = "ask"
# Buttons that change something. They need a good seal, and act once: what they carry (the version of a case, the step
# of a ticket, a form's ``once``) is used up in the transaction of what they do.
CHANGING = frozenset(
    {"provision", "provision_group", "stop_group", "call_off", "fill", "open_ticket", "write_ticket"}
    | {"hand_over"}
    | {"take_ticket", "update_ticket", "close_ticket", "reopen_ticket"}
    | {"reply_ticket", "doubt_ticket", "settle_ticket", "withdraw_ticket"}
    | {"agree_order", "drop_order"}
    | {"crowd_app", "crowd_start", "crowd_pause", "crowd_resume", "crowd_stop", "crowd_ticket", "crowd_file"}
    | {"watch", "unwatch", "tell_me"}
    | {"snooze_news", "mute_news", "wake_news"}
)


class Clicks:
    """Buttons that are answered without the conversation's memory."""

    def __init__(
        self,
        *,
        inquiries: Inquiries,
        promises: Promises,
        tickets: Tickets,
        shelf: Shelf,
        further: Mapping[str, Callable[[Click], Awaitable[Reply]]] = MappingProxyType({}),
    ) -> None:
        """``further``: the buttons that features bring."""
        self._inquiries = inquiries
        self._promises = promises
        self._tickets = tickets
        self._shelf = shelf
        self._by_verb: dict[str, Callable[[Click], Awaitable[Reply]]] = {
            "provision": self._provision,
            "call_off": self._call_off,
            "refresh": self._refresh,
            "open_ticket": self._open_ticket,
            "write_ticket": self._write_ticket,
            "refresh_ticket": self._refresh_ticket,
            **further,
        }

    async def answer(self, click: Click) -> Reply:
        """The card that takes the clicked one's place. DeskError: say so and leave the card."""
        act = self._by_verb.get(click.verb)
        if act is None:
            raise RefusedError(
                _("This button is not known here; the card may be from another version. Please ask anew.")
            )
        return await act(click)

    async def _provision(self, click: Click) -> Reply:
        case_id = identifier(click.data, "case")
        if not may_provision(click.actor):
            raise NotAllowedError(_("Only the helpdesk may provision people."))
        if click.seal is not Seal.GOOD:
            return noted(case_reply(await self._shelf.read_case(case_id)), of_no_worth(click.seal))
        anyway = click.data.get("anyway") == "yes"
        case = await self._promises.promise(click.actor, case_id, count(click.data, "version"), anyway=anyway)
        return case_reply(case) if _provisioned_by(click, case) else noted(case_reply(case), unsealed.changed_since())

    async def _call_off(self, click: Click) -> Reply:
        case_id = identifier(click.data, "case")
        if not may_provision(click.actor):
            raise NotAllowedError(_("Only the helpdesk may provision people."))
        if click.seal is not Seal.GOOD:
            return noted(case_reply(await self._shelf.read_case(case_id)), of_no_worth(click.seal))
        case = await self._promises.call_off(click.actor, case_id, count(click.data, "version"))
        off = case.trouble == Trouble.CALLED_OFF
        return case_reply(case) if off else noted(case_reply(case), unsealed.changed_since())

    async def _refresh(self, click: Click) -> Reply:
        return case_reply(await self._inquiries.again(click.actor, identifier(click.data, "case")))

    async def _open_ticket(self, click: Click) -> Reply:
        case = await self._shelf.read_case(identifier(click.data, "case"))
        if not may_ask(click.actor, case.diagnosis.person.id):
            raise NotAllowedError(_("I may tell you only about your own access."))
        if click.seal is not Seal.GOOD:
            return noted(case_reply(case), of_no_worth(click.seal))
        if case.ticket is None:
            key = f"case:{case.id}"  # one button, one ticket, also when that is closed by now
            await self._tickets.open(click.actor, origin=click.conversation, case_id=case.id, key=key)
        return case_reply(await self._shelf.read_case(case.id))  # the ticket itself follows as a message of its own

    async def _write_ticket(self, click: Click) -> Reply:
        text = text_of(click).strip()
        if not text:
            raise RefusedError(_("The ticket has no text yet. Please write what it is about."))
        once = identifier_or_nothing(click.data, "once")  # the form's own: another click on it is no other wish
        if click.seal is not Seal.GOOD or not once:
            return noted(ticket_form(text), unsealed.look_again())
        return for_requester(await self._tickets.open(click.actor, origin=click.conversation, text=text, key=once))

    async def _refresh_ticket(self, click: Click) -> Reply:
        """Somebody else's ticket and one that does not exist sound alike."""
        wanted = number(click.data, "ticket")
        ticket = await self._read(wanted)
        if ticket is None or not may_see(click.actor, ticket):
            raise NotThereError(_("There is no ticket SD-{number}.").format(number=wanted))
        if click.voice is not None:  # a card that is there does not change its readers when somebody else presses it
            return _ticket(ticket, Voice(click.voice))
        own_place = any(one.origin == click.conversation and one.actor.id == click.actor.id for one in ticket.askers)
        return _ticket(ticket, Voice.AGENT if click.actor.is_agent and not own_place else Voice.PERSON)

    async def _read(self, number: int) -> Ticket | None:
        try:
            return await self._shelf.read_ticket(number)
        except NotThereError:
            return None


def chosen(click: Click) -> Ask:
    """The question that a choice of person or app completes."""
    intent = said(click.data, "intent", longest=40)
    if intent not in ABOUT_SOMEBODY | ABOUT_AN_APP | {Intent.WATCH}:
        raise RefusedError(_("This button does not belong to a question that I know. Please ask anew."))
    person, app = identifier_or_nothing(click.data, "person"), identifier_or_nothing(click.data, "app")
    if not person and not app:
        raise RefusedError(_("Nothing was chosen. Please pick one."))
    return Ask(
        intent=str(intent),
        question=said(click.data, "question", longest=LONGEST_TEXT),
        person_id=person,
        app_ids=(app,) if app else (),
    )


def text_of(click: Click) -> str:
    """The message that an ``ask`` button sends."""
    return said(click.data, "text", longest=LONGEST_TEXT)


CHOICES = frozenset({"choose_person", "choose_app"})


def _ticket(ticket: Ticket, voice: Voice) -> Reply:
    return shown(ticket_card(ticket, voice), about=f"ticket:{ticket.number}", voice=voice)


def _provisioned_by(click: Click, case: Case) -> bool:
    """Whether the case is as this click, or the same one before it, has left it."""
    if case.state is CaseState.REFUSED:
        return True
    return case.promised_by is not None and case.promised_by.id == click.actor.id
