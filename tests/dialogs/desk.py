"""A small desk without a network: a tenant of four people and three apps, use cases that remember, one conversation."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from botbuilder.core import BotAdapter, TurnContext
from botbuilder.schema import Activity, ActivityTypes, ChannelAccount, ConversationAccount, ResourceResponse

from dialogs.feature import Feature
from dialogs.redraw import Redraw
from dialogs.root import Conversations
from dialogs.talk import CARD_TYPE, MARK, Click, File, Mention, Reply, Seal, Speech
from provisioning.attempts import LogEvent, Step, StepReport, Verdict
from provisioning.cases import Case, CaseState, Trouble
from provisioning.casework.tickets import Moved
from provisioning.errors import DeskError, NotAllowedError, NotThereError
from provisioning.evidence import Evidence
from provisioning.health import Pulse
from provisioning.model import Actor, App, Cause, Diagnosis, Finding, Job, JobState, Owner, Person, Retry, Role
from provisioning.moves import ADDED, Move, did, may, merged, moved
from provisioning.permissions import may_ask
from provisioning.survey import Survey
from provisioning.tickets import Named, Severity, Subject, Ticket, TicketEvent, TicketState
from tests import worlds

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PEOPLE = {
    "jose": Person(id="p-jose", upn="jose@fabrikam.example", name="José García", enabled=True),
    "olle": Person(
        id="p-olle", upn="olle@fabrikam.example", name="Olle Svensson", mail="olle.svensson@mail.example", enabled=True
    ),
    "maja lind": Person(id="p-maja1", upn="maja.lind@fabrikam.example", name="Maja Lind", enabled=True),
    "maja berg": Person(id="p-maja2", upn="maja.berg@fabrikam.example", name="Maja Berg", enabled=True),
}
APPS = tuple(App(id=f"a-{name.lower()}", app_id=f"c-{name}", name=name) for name in ("AskCody", "Zoom", "Workday"))
OLLE = Actor(id="p-olle", upn="olle@fabrikam.example", name="Olle Svensson")
AISHA = Actor(id="p-aisha", upn="aisha@fabrikam.example", name="Aisha Khan", roles=frozenset({Role.PERSON, Role.AGENT}))
AISHA_HERSELF = Person(id="p-aisha", upn="aisha@fabrikam.example", name="Aisha Khan", enabled=True)
INES = Actor(id="p-ines", upn="ines@fabrikam.example", name="Ines Berg", roles=frozenset({Role.PERSON, Role.ADMIN}))


def diagnosis(person: Person, app: App) -> Diagnosis:
    """An empty mail, as the first story of the desk has it."""
    finding = Finding(
        cause=Cause.MISSING_ATTRIBUTE,
        step=Step.IMPORT,
        owner=(Owner.DATA_OWNER,),
        retry=Retry.AFTER_FIX,
        facts={"attributes": ("mail",)},
    )
    steps = tuple(
        StepReport(step=step, verdict=Verdict.UNKNOWN)
        for step in (Step.IMPORT, Step.SCOPING, Step.MATCHING, Step.EXPORT)
    )
    return Diagnosis(
        person=person, app=app, as_of=NOW, findings=(finding,), steps=steps, last_event=None, may_provision=True
    )


class Tenant:
    """People and apps by name; counts what is read, and fails when told to."""

    def __init__(self) -> None:
        self.searched: list[str] = []
        self.trouble: DeskError | None = None
        self.unreadable: dict[str, DeskError] = {}
        self.unread: dict[str, str] = {}
        self.nearly = False  # whoever is looked for, José resembles them

    async def now(self) -> datetime:
        return NOW

    async def actor(self, person_id: str) -> Actor:
        raise AssertionError("the actor comes with the message")

    async def person(self, person_id: str) -> Person:
        return next(person for person in PEOPLE.values() if person.id == person_id)

    async def find_people(self, words: str) -> tuple[Person, ...]:
        self.searched.append(words)
        if self.trouble:
            raise self.trouble
        if self.nearly:
            return (next(iter(PEOPLE.values())),)
        key = words.casefold().replace("é", "e").replace("í", "i")
        return tuple(
            person
            for name, person in PEOPLE.items()
            if key in (person.upn, person.id)
            or name.startswith(key)
            or (key in ("garcia", "jose garcia") and name == "jose")
        )

    async def manager(self, person_id: str) -> str | None:
        return None

    async def apps(self) -> tuple[App, ...]:
        if self.trouble:
            raise self.trouble
        return APPS

    async def evidence(self, person_id: str, app: App) -> Evidence:
        raise AssertionError("evidence is read by the inquiries")

    async def job(self, app: App) -> Job | None:
        return Job(
            id="j", app_id=app.id, state=JobState.QUARANTINE, raw_state="Quarantine", scheduled=True, interval=None
        )

    async def log(self, person_id: str, app: App, *, since: datetime) -> tuple[LogEvent, ...]:
        return ()

    async def failures(self, app: App) -> int | None:
        return 17

    async def pulse(self, app: App) -> Pulse:
        return Pulse(failing=17)

    async def census(
        self, person_ids: Sequence[str], app: App
    ) -> AsyncGenerator[tuple[str, Evidence | DeskError], None]:
        for person_id in person_ids:
            person = await self.person(person_id)
            yield person_id, self.unreadable.get(person_id) or seen_of(person, app)

    async def survey(self, person_id: str, apps: Sequence[App], *, held: bool = True) -> Survey:
        person = AISHA_HERSELF if person_id == AISHA.id else await self.person(person_id)
        holds = [app for app in apps if not held or app.name != "Workday"]
        seen = tuple(seen_of(person, app) for app in holds)
        return Survey(
            as_of=NOW,
            person=person,
            seen=seen,
            not_held=tuple(app for app in apps if app not in holds),
            unread=self.unread,
        )

    async def jobs(self, apps: Sequence[App]) -> Mapping[str, Job | DeskError | None]:
        jobs: list[Job | DeskError | None] = [worlds.quarantined_job(), worlds.job(), None]
        return dict(zip((app.id for app in apps), jobs, strict=False))


def seen_of(person: Person, app: App) -> Evidence:
    """José's mail is empty wherever it is needed; the others are in order."""
    attributes = {"mail": None} if person.name.startswith("José") else {}
    known = worlds.jose(id=person.id, upn=person.upn, name=person.name, attributes=attributes)
    seen = worlds.healthy(person=known, app=app)
    return replace(seen, log=()) if attributes else seen


@dataclass
class UseCases:
    """Inquiries, promises, tickets, rooms and the shelf, remembered in two dicts."""

    cases: dict[str, Case] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    keys: dict[tuple[str, str], int] = field(default_factory=dict)
    promised: list[str] = field(default_factory=list)
    room: str | None = None

    async def read_case(self, case_id: str) -> Case:
        if case_id not in self.cases:
            raise NotThereError("There is no such case.")
        return self.cases[case_id]

    async def read_ticket(self, number: int) -> Ticket:
        if number not in self.tickets:
            raise NotThereError("There is no such ticket.")
        return self.tickets[number]

    async def promise(self, actor: Actor, case_id: str, version: int | None = None, *, anyway: bool = False) -> Case:
        case = await self.read_case(case_id)
        if version not in {None, case.version}:
            return case
        self.promised.append(case_id)
        self.cases[case_id] = replace(
            case,
            version=case.version + 1,
            state=CaseState.PROMISED,
            promised_by=actor,
            promised_at=NOW,
            anyway=anyway,
        )
        return self.cases[case_id]

    async def call_off(self, actor: Actor, case_id: str, version: int | None = None) -> Case:
        case = await self.read_case(case_id)
        if case.state is not CaseState.PROMISED or version not in {None, case.version}:
            return case
        self.cases[case_id] = replace(
            case, version=case.version + 1, state=CaseState.NOT_DONE, trouble=Trouble.CALLED_OFF.value, told=actor.name
        )
        return self.cases[case_id]

    async def desk_room(self) -> str | None:
        return self.room

    async def use_as_desk_room(self, conversation: str, by: Actor) -> None:
        self.room = conversation


class Inquiries:
    def __init__(self, world: UseCases) -> None:
        self._world = world

    async def open(
        self, actor: Actor, person_id: str, app: App, *, question: str, origin: str, wish: bool = False
    ) -> Case:
        if not may_ask(actor, person_id):
            raise NotAllowedError("You may not ask about this person.")
        person = next((p for p in PEOPLE.values() if p.id == person_id), None) or Person(
            id=person_id, upn=actor.upn, name=actor.name
        )
        case = Case(
            id=f"case-{len(self._world.cases) + 1}",
            version=1,
            actor=actor,
            question=question,
            origin=origin,
            state=CaseState.LOOKED,
            diagnosis=diagnosis(person, app),
            created=NOW,
            updated=NOW,
            wish=wish,
        )
        self._world.cases[case.id] = case
        return case

    async def again(self, actor: Actor, case_id: str) -> Case:
        case = await self._world.read_case(case_id)
        if not may_ask(actor, case.diagnosis.person.id):
            raise NotAllowedError("You may not ask about this person.")
        return case


class Tickets:
    def __init__(self, world: UseCases) -> None:
        self._world = world

    def now(self) -> datetime:
        return NOW

    async def open(
        self,
        actor: Actor,
        *,
        origin: str,
        text: str | None = None,
        case_id: str | None = None,
        found: str = "",
        key: str = "",
    ) -> Ticket:
        if key and (actor.id, key) in self._world.keys:
            return self._world.tickets[self._world.keys[actor.id, key]]
        case = await self._world.read_case(case_id) if case_id else None
        number = len(self._world.tickets) + 1
        self._world.keys[actor.id, key] = number
        self._world.tickets[number] = Ticket(
            number=number,
            version=1,
            requester=actor,
            origin=origin,
            question=text or (case.question if case else ""),
            state=TicketState.OPEN,
            opened=NOW,
            updated=NOW,
            case_id=case_id,
            diagnosis=case.diagnosis if case else None,
            found=found,
            history=(TicketEvent(at=NOW, what="opened", by=actor),),
        )
        if case:
            self._world.cases[case.id] = replace(case, ticket=number, version=case.version + 1)
        return self._world.tickets[number]

    async def open_on(
        self,
        actor: Actor,
        *,
        origin: str,
        text: str,
        found: str,
        subjects: Sequence[Subject] = (),
        people: Sequence[Named] = (),
        apps: Sequence[Named] = (),
        severity: Severity = Severity.NORMAL,
        key: str,
    ) -> Ticket:
        ticket = await self.open(actor, origin=origin, text=text, found=found, key=key)
        told = replace(ticket, subjects=tuple(subjects), people=tuple(people), apps=tuple(apps), severity=severity)
        self._world.tickets[ticket.number] = told
        return told

    async def move(self, actor: Actor, number: int, *moves: Move, step: int | None = None) -> Moved:
        ticket = await self._world.read_ticket(number)
        if not all(may(actor, move, ticket) for move in moves):
            raise NotAllowedError("Tickets are the helpdesk's business.")
        left = []
        after = ticket
        for move in moves:
            fits = step in {None, ticket.step} or isinstance(move, ADDED)
            changed = moved(after, move, actor, NOW) if fits else None
            if changed is None and not (step is not None and did(ticket, move, actor, since=step)):
                left.append(move)
            after = changed or after
        self._world.tickets[number] = after
        return Moved(ticket=after, left=tuple(left))

    async def merge(self, actor: Actor, number: int, into: int, *, step: int | None = None) -> Ticket:
        pair = merged(await self._world.read_ticket(number), await self._world.read_ticket(into), actor, NOW)
        if pair is not None:
            self._world.tickets[number], self._world.tickets[into] = pair
        return self._world.tickets[number]

    async def mine(self, actor: Actor) -> Sequence[Ticket]:
        return [t for t in self._world.tickets.values() if t.requester.id == actor.id]

    async def how_many(self, actor: Actor) -> int:
        return len(await self.waiting(actor))

    async def waiting(self, actor: Actor, *, most: int = 500) -> Sequence[Ticket]:
        return [t for t in self._world.tickets.values() if t.state is not TicketState.CLOSED]


class Wire(BotAdapter):  # type: ignore[misc]
    """Keeps what is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Activity] = []

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        self.sent += activities
        return [ResourceResponse(id="1") for _activity in activities]

    async def update_activity(self, context: TurnContext, activity: Activity) -> None:
        raise AssertionError("a conversation never edits")

    async def delete_activity(self, context: TurnContext, reference: object) -> None:
        raise AssertionError("a conversation never deletes")


class State:
    """One conversation's property, as the channel's accessor gives it."""

    def __init__(self) -> None:
        self.value: Any = None

    async def get(self, turn_context: TurnContext, default: Any = None) -> Any:
        if self.value is None and default is not None:
            self.value = default()
        return self.value

    async def set(self, turn_context: TurnContext, value: Any) -> None:
        self.value = value


@dataclass
class Answer:
    """One reply, as a reader and the outbox see it."""

    activity: Activity

    @property
    def card(self) -> dict[str, Any]:
        (attachment,) = self.activity.attachments
        assert attachment.content_type == CARD_TYPE
        card: dict[str, Any] = attachment.content
        return card

    @property
    def words(self) -> str:
        """Every visible text."""
        return " | ".join(_texts(self.card))

    @property
    def verbs(self) -> list[str]:
        return [action["verb"] for action in self.actions if "verb" in action]

    @property
    def actions(self) -> list[dict[str, Any]]:
        """Every button, wherever it stands on the card."""
        return actions(self.card)

    @property
    def commands(self) -> list[str]:
        """What the buttons would say."""
        return [a["data"]["text"] for a in self.actions if a.get("verb") == "ask"]

    @property
    def about(self) -> str | None:
        about: str | None = self.activity.channel_data[MARK]["about"]
        return about

    @property
    def voice(self) -> str:
        return str(self.activity.channel_data[MARK]["voice"])


def actions(part: Any) -> list[dict[str, Any]]:
    """Every action within a card."""
    if isinstance(part, list):
        return [action for item in part for action in actions(item)]
    if not isinstance(part, dict):
        return []
    own = [part] if str(part.get("type", "")).startswith("Action.") else []
    return own + [action for key, value in part.items() if key != "data" for action in actions(value)]


def _texts(part: Any) -> list[str]:
    if isinstance(part, list):
        return [text for item in part for text in _texts(item)]
    if not isinstance(part, dict):
        return []
    own = [part[key] for key in ("text", "value", "title") if isinstance(part.get(key), str)]
    return own + [text for key, value in part.items() if key != "data" for text in _texts(value)]


@dataclass
class Desk:
    """The desk and one conversation with it."""

    tenant: Tenant = field(default_factory=Tenant)
    world: UseCases = field(default_factory=UseCases)
    state: State = field(default_factory=State)
    kind: str = "personal"
    locale: str = "en-GB"
    conversation: str = "19:here"
    features: tuple[Feature, ...] = ()

    def __post_init__(self) -> None:
        self.inquiries = Inquiries(self.world)
        self.tickets = Tickets(self.world)
        self.conversations = Conversations(
            tenant=self.tenant,
            inquiries=self.inquiries,
            promises=self.world,
            tickets=self.tickets,
            rooms=self.world,
            shelf=self.world,
            features=self.features,
        )

    def use(self, *features: Feature) -> None:
        """Let the desk have these features from now on."""
        self.features = features
        self.__post_init__()

    async def redraw(self, about: str) -> Reply:
        """What a place that shows ``about`` is edited to."""
        return await Redraw(self.world, self.features).anything(about, "agent")

    async def say(
        self,
        text: str,
        *,
        by: Actor = AISHA,
        mentions: tuple[Mention, ...] = (),
        key: str = "",
        edited: bool = False,
        files: tuple[File, ...] = (),
    ) -> list[Answer]:
        wire, context = self.turn(by, text)
        speech = Speech(
            text=text,
            actor=by,
            conversation=self.conversation,
            kind=self.kind,
            mentions=mentions,
            locale=self.locale,
            key=key,
            files=files,
            edited=edited,
        )
        await self.conversations.hear(context, self.state, speech)
        return [Answer(activity) for activity in wire.sent]

    async def ask(self, text: str, *, by: Actor = AISHA, files: tuple[File, ...] = ()) -> Answer:
        """Say it and expect exactly one answer."""
        (answer,) = await self.say(text, by=by, files=files)
        return answer

    async def press(
        self,
        verb: str,
        *,
        by: Actor = AISHA,
        remember: bool = True,
        key: str = "",
        seal: Seal = Seal.GOOD,
        voice: str | None = None,
        **data: Any,
    ) -> Reply:
        click = Click(
            verb=verb,
            data=data,
            actor=by,
            conversation=self.conversation,
            kind=self.kind,
            key=key,
            seal=seal,
            voice=voice,
        )
        if not remember:
            return await self.conversations.click(click)
        _wire, context = self.turn(by, "")
        return await self.conversations.click(click, turn_context=context, state=self.state)

    def turn(self, by: Actor, text: str) -> tuple[Wire, TurnContext]:
        wire = Wire()
        activity = Activity(
            type=ActivityTypes.message,
            id="1",
            channel_id="msteams",
            text=f"<at>Sync Desk</at> {text}",  # raw: what the conversations use is the cleaned text
            from_property=ChannelAccount(id="29:x"),
            recipient=ChannelAccount(id="28:bot"),
            conversation=ConversationAccount(id=self.conversation),
            service_url="https://smba.example/",
        )
        return wire, TurnContext(wire, activity)
