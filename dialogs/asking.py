"""A question on its way to an answer: what is known, who asks, what is missing.

An ``Ask`` is small and made of strings, so that it can wait in a conversation's memory and outlive a deployment.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from cards.guide import Denial, denied_card
from cards.voice import Voice
from dialogs.meaning import Intent, LastAnswer, Meaning, Who
from dialogs.search import Search
from dialogs.talk import PERSONAL, File, Reply
from provisioning.cases import Case
from provisioning.model import Actor, App, Diagnosis, Person

DENIED, NO_ACCOUNT, CHOOSE_PERSON = "denied", "no_account", "choose_person"  # public slugs, as the intents are
LISTS = ("others", "doubtful", "app_ids")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, where the answer will stand, and how people are looked up in this turn."""

    actor: Actor
    conversation: str
    kind: str
    search: Search
    key: str = ""  # of the message or click: what it opens, it opens once
    files: tuple[File, ...] = ()  # lists that came with the message

    @property
    def shared(self) -> bool:
        """Whether others read along."""
        return self.kind != PERSONAL

    @property
    def voice(self) -> Voice:
        """How the answer speaks to them."""
        return Voice.AGENT if self.actor.is_agent else Voice.PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is known of a question."""

    intent: str
    question: str  # as it was typed; it goes into the case and the ticket
    person_id: str = ""
    person_words: str = ""
    by_address: bool = False  # the words are an address
    others: tuple[str, ...] = ()  # words or ids of further people who were named
    doubtful: tuple[str, ...] = ()  # those of all these words that may be no names
    somebody: bool = False  # about somebody else who is not named
    app_ids: tuple[str, ...] = ()
    each_app: bool = False  # each of them is meant, not one of them
    group: str = ""
    app_words: str = ""
    corrected: str = ""  # how the app was written, where that is not its name
    text: str = ""
    everybodys: bool = False
    ticket: int | None = None
    crowd: int | None = None
    negated: bool = False
    elsewhere: bool = False
    ordered: bool = False  # an app's job is to be started, paused or restarted
    tried: bool = False  # our own question was answered once, and it did not help

    def to_state(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self) | {key: list(getattr(self, key)) for key in LISTS}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> "Ask":
        """From what ``to_state`` made. TypeError or KeyError: another version made it."""
        return cls(**{**state, **{key: tuple(state[key]) for key in LISTS}})

    def without_doubtful(self) -> "Ask":
        """The same question without words that may be no names: for who may not have them looked up."""
        words = "" if self.person_words in self.doubtful else self.person_words
        others = tuple(one for one in self.others if one not in self.doubtful)
        return replace(self, person_words=words, others=others, doubtful=())

    def about(self, who: Who) -> "Ask":
        """The same question about somebody in particular."""
        words = "" if who.id else who.words
        return replace(
            self, person_id=who.id, person_words=words, by_address="@" in words, others=(), doubtful=(), somebody=False
        )


def ask_of(meaning: Meaning, question: str) -> Ask:
    """The question that a meaning contains."""
    ask = Ask(
        intent=meaning.intent.value,  # a plain string: it may wait in the memory
        question=question,
        somebody=meaning.somebody,
        app_ids=tuple(app.id for app in meaning.apps),
        each_app=meaning.each_app,
        group=meaning.group,
        app_words=meaning.app_words,
        corrected=meaning.corrected,
        text=meaning.text,
        everybodys=meaning.everybodys,
        ticket=meaning.ticket,
        crowd=meaning.crowd,
        negated=meaning.negated,
        elsewhere=meaning.elsewhere,
        ordered=meaning.ordered,
    )
    if not meaning.people:
        return ask
    others = tuple(who.id or who.words for who in meaning.people[1:])
    doubtful = tuple(who.words for who in meaning.people if who.doubtful)
    return replace(ask.about(meaning.people[0]), others=others, doubtful=doubtful)


class Gap(StrEnum):
    """What a question lacks; the next message is asked for it."""

    WHO = "who"
    PERSON = "person"  # which of several
    APP = "app"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """Whom and what an answer is about, and why it fails there: plain texts, for they travel in a button."""

    app_id: str = ""
    app: str = ""  # names
    person_id: str = ""
    person: str = ""
    cause: str = ""  # as ``Subject.cause``; "": nothing fails, or nobody knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The end of a question. ``last`` is what a follow-up will lean on, ``came_to`` what the intent came to instead.

    ``about`` and ``urgent`` go into a ticket that is opened from the answer.
    """

    reply: Reply
    people: tuple[Person, ...] = ()  # who was found
    unsettled: tuple[str, ...] = ()  # words that are not one person
    last: LastAnswer | None = None
    case: Case | None = None
    about: tuple[Concerned, ...] = ()
    urgent: bool = False
    came_to: str = ""  # DENIED or NO_ACCOUNT; "": what was meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """``reply`` asks for the gap; ``choices`` are the ids behind its numbers, in the order shown."""

    gap: Gap
    ask: Ask
    reply: Reply
    people: tuple[Person, ...] = ()  # as ``Said``; of several who fit, all
    unsettled: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()

    @property
    def came_to(self) -> str:
        """As ``Said``: choose_person where several people fit."""
        return CHOOSE_PERSON if self.gap is Gap.PERSON else ""


Outcome = Said | Missing
Conversation = Callable[[Ask, Asker], Awaitable[Outcome]]


def shown(card: dict[str, Any], *, about: str | None = None, voice: Voice = Voice.PERSON) -> Reply:
    """A card as a reply; what a notification says is what the card says to those who cannot draw it."""
    return Reply(card=card, summary=card["fallbackText"], about=about, voice=voice.value)


def concerned(seen: Diagnosis) -> Concerned:
    """What one diagnosis is about."""
    return Concerned(
        app_id=seen.app.id,
        app=seen.app.name,
        person_id=seen.person.id,
        person=seen.person.name or seen.person.upn,
        cause=seen.root.cause.value,
    )


def asked(missing: Missing) -> Outcome:
    """Ask for a gap once and once more; after that the card stands alone and nothing waits for its answer."""
    if missing.ask.tried:
        return Said(reply=missing.reply, came_to=missing.came_to, people=missing.people)
    return missing


def denied(denial: Denial, *, app: App | None = None) -> Said:
    """A polite no."""
    return Said(reply=shown(denied_card(denial, app=app)), came_to=DENIED)


def intent_of(ask: Ask) -> Intent:
    """The intent of a question that may have waited in the memory."""
    return Intent(ask.intent)
