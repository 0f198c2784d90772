"""*Open ticket* on an answer that opened no case: it hands over what the answer said, as it was said.

The words travel in the button, and its seal vouches for them: nobody else's become evidence, and an answer that nobody
hands over is stored nowhere. Who may ask about whom is looked at when the button is pressed.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

from cards import unsealed
from cards._kit import MOST_ACTIONS, Card, execute, fitted, walk
from cards.guide import notice_card
from cards.plain import body_lines
from cards.words import _
from dialogs.asking import Concerned, shown
from dialogs.needs import Inquiries, Tenant, Tickets
from dialogs.pressed import identifier, noted
from dialogs.pressed import text as written
from dialogs.talk import Click, Reply, Seal
from dialogs.ticket import for_requester, ticket_form
from provisioning.errors import NotAllowedError, NotThereError, RefusedError, TryLaterError
from provisioning.permissions import may_ask
from provisioning.tickets import Named, Severity, Subject, Ticket

HAND_OVER = "hand_over"
LONGEST = 3000  # characters of an answer that are handed over
MOST = 25  # people and apps that are named with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the button carries, as one sealed text."""

    question: str
    found: str
    about: tuple[Concerned, ...]
    urgent: bool = False  # it stops everybody of an app

    def written(self) -> str:
        """As JSON, the same for the same."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def read(cls, words: str) -> "Told":
        """From ``written``; RefusedError for anything else."""
        try:
            parts: dict[str, Any] = json.loads(words)
            return cls(**{**parts, "about": tuple(Concerned(**one) for one in parts["about"])})
        except (ValueError, TypeError, KeyError):
            raise RefusedError(_("This button carries something that cannot be read. Please ask anew.")) from None


def with_ticket(
    reply: Reply, question: str = "", about: Sequence[Concerned] = (), *, urgent: bool = False, words: str = ""
) -> Reply:
    """The reply whose card can be handed over. Where it is full, a question that can be typed as well gives way.

    ``words``: what the button says instead of *Open ticket*.
    """
    card = reply.card
    if card is None:
        return reply
    found = "\n".join(line for line in body_lines(card) if line.strip())[:LONGEST]
    told = Told(
        question=(question.strip() or reply.summary)[:LONGEST], found=found, about=tuple(about)[:MOST], urgent=urgent
    ).written()
    once = sha256(told.encode("utf-8", "replace")).hexdigest()[:32]
    button = execute(words or _("Open ticket"), HAND_OVER, {"told": told, "once": once}, associatedInputs="none")
    actions = _with_room(card)
    return reply if actions is None else replace(reply, card=fitted({**card, "actions": [*actions, button]}))


def _with_room(card: Card) -> list[dict[str, Any]] | None:
    actions = list(card.get("actions", ()))
    if sum(str(part.get("type", "")).startswith("Action.") for part in walk(card)) < MOST_ACTIONS:
        return actions
    typed = next((one for one in reversed(actions) if one.get("verb") == "ask"), None)
    return None if typed is None else [one for one in actions if one is not typed]


class HandingOver:
    """The button."""

    def __init__(self, *, tenant: Tenant, inquiries: Inquiries, tickets: Tickets) -> None:
        self._tenant = tenant
        self._inquiries = inquiries
        self._tickets = tickets

    async def press(self, click: Click) -> Reply:
        """The ticket; of what has one already, who pressed joins it."""
        told = Told.read(written(click.data, "told", longest=4 * LONGEST + MOST * 1000))
        if not all(may_ask(click.actor, one.person_id) for one in told.about if one.person_id):
            raise NotAllowedError(_("I may tell you only about your own access."))
        if click.seal is not Seal.GOOD:
            return noted(ticket_form(told.question), unsealed.look_again())
        ticket = await self._alone(click, told) or await self._together(click, told)
        first = ticket.requester.id == click.actor.id and ticket.origin == click.conversation
        if first and ticket.case_id is None:
            return for_requester(ticket)
        said = _("{ticket} is about this: you hear from me here when something happens.").format(ticket=ticket.name)
        return shown(notice_card(said, _("Its card follows as a message of its own.")))

    async def _alone(self, click: Click, told: Told) -> Ticket | None:
        """About one person in one app it is looked at anew: then the ticket has a diagnosis, and can close itself."""
        one = told.about[0] if len(told.about) == 1 else None
        if one is None or not (one.person_id and one.app_id):
            return None
        app = next((app for app in await self._tenant.apps() if app.id == one.app_id), None)
        if app is None:
            return None
        try:
            case = await self._inquiries.open(
                click.actor, one.person_id, app, question=told.question, origin=click.conversation
            )
        except (TryLaterError, NotThereError, RefusedError):  # what the answer said is enough
            return None
        return await self._tickets.open(
            click.actor,
            origin=click.conversation,
            text=told.question,
            case_id=case.id,
            found=told.found,
            key=identifier(click.data, "once"),
        )

    async def _together(self, click: Click, told: Told) -> Ticket:
        people = {one.person_id: one.person for one in told.about if one.person_id}
        apps = {one.app_id: one.app for one in told.about if one.app_id}
        return await self._tickets.open_on(
            click.actor,
            origin=click.conversation,
            text=told.question,
            found=told.found,
            subjects=[
                Subject(person=one.person_id, app=one.app_id, cause=one.cause)
                for one in told.about
                if one.app_id and one.cause
            ],
            people=[Named(id=key, name=name) for key, name in people.items()],
            apps=[Named(id=key, name=name) for key, name in apps.items()],
            severity=Severity.HIGH if told.urgent else Severity.NORMAL,
            key=identifier(click.data, "once"),
        )
