"""Everything that people say or press comes in here and leaves as an answer.

A message: understood, answered or asked back, remembered. A click: the card that takes the clicked one's place.
A trouble that has words (DeskError) is told to who wrote; anything else is a fault and goes up.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from cards import unsealed
from cards.guide import trouble_card
from cards.words import available_languages, catalogue, use_language
from dialogs.asking import DENIED, Ask, Asker, Conversation, Outcome, Said, ask_of, intent_of, shown
from dialogs.clicks import ASK, CHOICES, Clicks, chosen, text_of
from dialogs.feature import Feature
from dialogs.grammar import grammar, languages
from dialogs.handing import HAND_OVER, HandingOver, with_ticket
from dialogs.health import Health
from dialogs.help import Guide, welcome
from dialogs.meaning import ABOUT_NOBODY, NOT_YET, Intent, LastAnswer, Meaning, WhoKind
from dialogs.memory import Memory
from dialogs.needs import Inquiries, Promises, Rooms, Shelf, Tenant, Tickets
from dialogs.passport import Passport
from dialogs.provision import Provision
from dialogs.room import Room
from dialogs.search import Search
from dialogs.status import Status
from dialogs.talk import Click, Reply, Speech, to_activity
from dialogs.thread import Thread
from dialogs.ticket import TicketDesk, ticket_form
from dialogs.ticket_buttons import TicketButtons
from dialogs.understanding import understand
from provisioning.cases import Case
from provisioning.errors import DeskError, NotAllowedError
from provisioning.model import Actor, App

if TYPE_CHECKING:
    from botbuilder.core import StatePropertyAccessor, TurnContext

    from dialogs.gathering import Gathering

Say = Callable[[Outcome], Awaitable[None]]


class Conversations:
    """The desk as it is spoken to. One for the whole process; what differs by conversation lies in its memory."""

    def __init__(
        self,
        *,
        tenant: Tenant,
        inquiries: Inquiries,
        promises: Promises,
        tickets: Tickets,
        rooms: Rooms,
        shelf: Shelf,
        features: Sequence[Feature] = (),
    ) -> None:
        self._tenant = tenant
        buttons = TicketButtons(tenant=tenant, tickets=tickets, shelf=shelf).by_verb
        buttons |= {HAND_OVER: HandingOver(tenant=tenant, inquiries=inquiries, tickets=tickets).press}
        buttons |= {verb: press for feature in features for verb, press in feature.buttons.items()}
        self._clicks = Clicks(inquiries=inquiries, promises=promises, tickets=tickets, shelf=shelf, further=buttons)
        further = {intent: converse for feature in features for intent, converse in feature.conversations.items()}
        own = _conversations(tenant, inquiries, tickets, rooms, shelf, many=further.get(Intent.BULK))
        self._by_intent = own | further
        self._thread = Thread(tickets, shelf)
        self._gathering: Gathering | None = None

    def warm(self) -> None:
        """Read what every language needs; the first message that is in one would wait for it. Blocks for a moment."""
        for language in available_languages():
            catalogue(language)
        for language in languages():
            grammar(language)
        nobody = Actor(id="", upn="", name="")
        understand("why is somebody@nowhere.example not in it", apps=(), actor=nobody)

    async def meet(self, text: str, who: Awaitable[Actor]) -> tuple[Actor, Search]:
        """Find out who speaks, and meanwhile begin to read what the text will most likely ask for.

        Hand the search on to ``hear`` or ``ask``, which end it. What ``who`` raises comes out.
        """
        search = Search(self._tenant)
        alone = understand(text, apps=(), actor=Actor(id="", upn="", name=""), mentions=(), last=None, locale=None)
        if alone.intent not in ABOUT_NOBODY | {Intent.GREETING}:
            search.begin_apps()
            if words := _surely_a_person(alone):
                search.begin(words)
        try:
            return await who, search
        except BaseException:
            await search.drop()
            raise

    async def hear(
        self,
        turn_context: "TurnContext",
        state: "StatePropertyAccessor",
        speech: Speech,
        search: Search | None = None,
    ) -> None:
        """Answer one message through ``turn_context.send_activity``; ``state`` keeps the conversation's memory."""

        async def say(outcome: Outcome) -> None:
            await turn_context.send_activity(to_activity(outcome.reply))

        with use_language(speech.locale):
            try:
                await self._converse_about(turn_context, state, speech, say, search=search)
            except DeskError as error:
                await say(Said(reply=shown(trouble_card(error, again=speech.text, once=str(uuid4())))))
                memory = Memory(await state.get(turn_context, dict), speech.actor.id)
                memory.dialogs = None  # whatever waited is over: the card offers to ask anew
                await state.set(turn_context, memory.document)

    async def click(
        self,
        click: Click,
        *,
        turn_context: "TurnContext | None" = None,
        state: "StatePropertyAccessor | None" = None,
    ) -> Reply:
        """The card that takes the clicked one's place. Raises DeskError, which the caller shows.

        With ``turn_context`` and ``state`` a button that asks something is remembered like a message (follow-ups,
        questions back); without them it is answered on its own.
        """
        if click.verb not in CHOICES and click.verb != ASK:
            return await self._clicks.answer(click)
        remembered = None if turn_context is None or state is None else await state.get(turn_context, dict)
        last = Memory(remembered, click.actor.id).last
        start = chosen(click) if click.verb in CHOICES else await self._asked_by(click, last)
        if start.intent in TICKET_WISHES:  # no click opens a ticket without the key that makes it one ticket
            form = ticket_form(start.text)
            return replace(form, note=unsealed.look_again()) if start.text.strip() else form
        speech = _speech_of(click, start.question)
        if turn_context is None or state is None:
            return _in_its_place(await self.outcome(speech, start=start))
        replies: list[Reply] = []

        async def keep(outcome: Outcome) -> None:
            replies.append(_in_its_place(outcome))

        await self._converse_about(turn_context, state, speech, keep, start=start)
        return replies[-1]

    async def _asked_by(self, click: Click, last: LastAnswer | None) -> Ask:
        text = text_of(click)
        meaning, _apps = await self._understood(_speech_of(click, text), last)
        return ask_of(meaning, text)

    async def welcome(self, turn_context: "TurnContext", actor: Actor, kind: str) -> None:
        """The first message after installation. The caller sees to it that it is said once."""
        await turn_context.send_activity(to_activity(welcome(actor, kind)))

    async def ask(self, speech: Speech, search: Search | None = None) -> "Answered":
        """One question and its answer without a memory, for the command line. DeskErrors go up."""
        asker = self._asker(speech, search)
        try:
            meaning, _apps = await self._understood(speech, None, asker.search)
            outcome = await self._answer(ask_of(meaning, speech.text), asker)
        finally:
            await asker.search.drop()
        return Answered(meaning=meaning, outcome=outcome)

    async def outcome(self, speech: Speech, *, start: Ask) -> Outcome:
        """The answer to a question that is understood already, without a memory."""
        asker = self._asker(speech)
        try:
            return await self._answer(start, asker)
        finally:
            await asker.search.drop()

    async def _converse_about(
        self,
        turn_context: "TurnContext",
        state: "StatePropertyAccessor",
        speech: Speech,
        say: Say,
        *,
        start: Ask | None = None,
        search: Search | None = None,
    ) -> None:
        memory = Memory(await state.get(turn_context, dict), speech.actor.id)
        if speech.edited:
            memory.dialogs = None
        asker = self._asker(speech, search)
        try:
            passed_on = await self._passed_on(speech, asker.search) if start is None else None
            if passed_on is not None:
                await say(passed_on)
                return
            await self._turn(turn_context, speech, asker, memory, say, start)
        finally:
            await asker.search.drop()
        await state.set(turn_context, memory.document)

    async def _passed_on(self, speech: Speech, search: Search) -> Said | None:
        """What is said to words between the helpdesk and who asked; None: they are meant for the desk itself."""

        async def understand() -> Meaning:
            return (await self._understood(speech, None, search))[0]

        return await self._thread.answer(speech, understand)

    async def _turn(
        self,
        turn_context: "TurnContext",
        speech: Speech,
        asker: Asker,
        memory: Memory,
        say: Say,
        start: Ask | None,
    ) -> None:
        meaning: Meaning = Meaning(intent=Intent.UNCLEAR)
        apps: tuple[App, ...] = ()
        if start is None:
            meaning, apps = await self._understood(speech, memory.last, asker.search)
        module = _gathering_module()
        if self._gathering is None:
            self._gathering = module.Gathering(self._answer)
        turn = module.Turn(
            asker=asker, text=speech.text, meaning=meaning, apps=apps, memory=memory, say=say, start=start
        )
        await module.run(self._gathering, turn_context, turn)

    async def _understood(
        self, speech: Speech, last: LastAnswer | None, search: Search | None = None
    ) -> tuple[Meaning, tuple[App, ...]]:
        alone = _read(speech, (), last)
        if speech.files and not speech.text.strip():
            return Meaning(intent=Intent.BULK), ()
        if alone.intent in ABOUT_NOBODY | {Intent.GREETING}:
            return alone, ()
        if search and speech.actor.is_agent and (words := _surely_a_person(alone)):
            search.begin(words)
        apps = await (search.apps() if search else self._tenant.apps())
        return _with_files(_read(speech, apps, last), speech), apps

    async def _answer(self, ask: Ask, asker: Asker) -> Outcome:
        outcome = await self._by_intent[intent_of(ask)](ask, asker)
        return _to_be_handed_over(outcome, ask) if intent_of(ask) in ANSWERS else outcome

    def _asker(self, speech: Speech, search: Search | None = None) -> Asker:
        return Asker(
            actor=speech.actor,
            conversation=speech.conversation,
            kind=speech.kind,
            key=speech.key,
            files=speech.files,
            search=search or Search(self._tenant),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A question, what was understood, and what it came to."""

    meaning: Meaning
    outcome: Outcome

    @property
    def intent(self) -> str:
        """The public slug: what was meant, or denied, no_account, choose_person where it came to that."""
        return self.outcome.came_to or self.meaning.intent.value

    @property
    def case(self) -> Case | None:
        """The case that was opened, if one was."""
        return self.outcome.case if isinstance(self.outcome, Said) else None

    def people_of(self, actor: Actor) -> list[str]:
        """Sign-in names where they are known, else the words as ``actor`` wrote them."""
        if self.case:
            return [self.case.diagnosis.person.upn]
        if self.outcome.people or self.outcome.unsettled:
            return [*(person.upn for person in self.outcome.people), *self.outcome.unsettled]
        if self.outcome.came_to == "" and self.meaning.intent is Intent.UNCLEAR and not self.meaning.negated:
            return []  # words that nobody is called
        sure = [who for who in self.meaning.people if not who.doubtful]
        return [actor.upn if who.id == actor.id else who.words or who.id for who in sure]

    @property
    def apps(self) -> list[str]:
        """The names of the apps that were understood."""
        return [self.case.diagnosis.app.name] if self.case else [app.name for app in self.meaning.apps]

    @property
    def group(self) -> str | None:
        """The name of a group of people, as it was written."""
        return self.meaning.group or None


# What is asked here is answered by what was read; the others are cases, or talk about the desk's own things.
ANSWERS = frozenset({Intent.STATUS, Intent.PROVISION, Intent.PASSPORT, Intent.HEALTH, Intent.APPS, Intent.AUDIT})
TICKET_WISHES = frozenset({Intent.TICKET, Intent.ESCALATE})


def _conversations(
    tenant: Tenant, inquiries: Inquiries, tickets: Tickets, rooms: Rooms, shelf: Shelf, *, many: Conversation | None
) -> dict[Intent, Conversation]:
    """Which conversation answers which intent."""
    status, desk, guide = Status(tenant, inquiries), TicketDesk(tickets, shelf), Guide(tenant)
    return {
        Intent.STATUS: status.answer,
        Intent.PROVISION: Provision(status, many).answer,
        Intent.PASSPORT: Passport(tenant, status).answer,
        Intent.HEALTH: Health(tenant).answer,
        Intent.TICKET: desk.open,
        Intent.ESCALATE: desk.open,
        Intent.TICKETS: desk.show,
        Intent.USE_ROOM: Room(rooms).answer,
        Intent.HELP: guide.help,
        Intent.GREETING: guide.greet,
        Intent.CANCEL: guide.cancel,
        Intent.APPS: guide.apps,
        Intent.UNCLEAR: guide.unclear,
        **dict.fromkeys(NOT_YET, guide.not_yet),
    }


def _to_be_handed_over(outcome: Outcome, ask: Ask) -> Outcome:
    """A ticket can be opened from any answer; a place that shows a case or the like draws its own button."""
    if not isinstance(outcome, Said) or outcome.came_to or outcome.reply.about:
        return outcome
    if outcome.last is None and intent_of(ask) is not Intent.APPS:
        return outcome  # a question of ours
    return replace(outcome, reply=with_ticket(outcome.reply, ask.question, outcome.about, urgent=outcome.urgent))


def _in_its_place(outcome: Outcome) -> Reply:
    """What takes the clicked card's place. A no does not: others may be reading that card."""
    if outcome.came_to == DENIED:
        raise NotAllowedError(outcome.reply.summary)
    return outcome.reply


def _surely_a_person(alone: Meaning) -> str:
    """Words that name one person whatever the apps are called; "" if they could be the app as well."""
    if len(alone.people) != 1 or alone.people[0].doubtful:
        return ""
    (who,) = alone.people
    sure = who.kind in (WhoKind.ADDRESS, WhoKind.OBJECT_ID) or (who.kind is WhoKind.NAME and alone.app_words)
    return who.words if sure else ""


def _speech_of(click: Click, text: str) -> Speech:
    return Speech(text=text, actor=click.actor, conversation=click.conversation, kind=click.kind, key=click.key)


def _read(speech: Speech, apps: tuple[App, ...], last: LastAnswer | None) -> Meaning:
    return understand(
        speech.text, apps=apps, actor=speech.actor, mentions=speech.mentions, last=last, locale=speech.locale
    )


def _with_files(meaning: Meaning, speech: Speech) -> Meaning:
    """A list that is attached is what the words are about, unless they ask for a human."""
    if not speech.files or meaning.intent in ABOUT_NOBODY or meaning.negated:
        return meaning
    return replace(meaning, intent=Intent.BULK, people=())


def _gathering_module() -> Any:
    from dialogs import gathering

    return gathering
