"""What a message can mean: an intent, whom it is about, which app. The words of the conversations among themselves."""

from dataclasses import dataclass
from enum import StrEnum

from provisioning.model import App


class Intent(StrEnum):
    """What a message wants. The slugs are public: the command line prints them."""

    STATUS = "status"
    PROVISION = "provision"
    HEALTH = "health"
    TICKET = "ticket"
    TICKETS = "tickets"
    ESCALATE = "escalate"
    HELP = "help"
    GREETING = "greeting"
    USE_ROOM = "use_room"
    ROUTES = "routes"  # which tickets go to which channel
    ROSTER = "roster"  # who is on call when
    CROWDS = "crowds"
    WATCHES = "watches"
    UNWATCH = "unwatch"
    DIGEST = "digest"  # how often news of apps are told here
    HUSH = "hush"  # of which apps nothing is told here for a while, or again
    CANCEL = "cancel"
    UNCLEAR = "unclear"
    APPS = "apps"
    PASSPORT = "passport"
    NUMBERS = "numbers"
    # Recognised, so that the desk can say that it does not do this yet instead of doing something else:
    AUDIT = "audit"
    BULK = "bulk"
    FAILURES = "failures"
    PROVISION_GROUP = "provision_group"
    SCOPE = "scope"
    WATCH = "watch"


ABOUT_SOMEBODY = frozenset({Intent.STATUS, Intent.PROVISION, Intent.PASSPORT})
ABOUT_AN_APP = frozenset({Intent.HEALTH, Intent.SCOPE, Intent.FAILURES})
ABOUT_NOBODY = frozenset(
    {
        Intent.TICKET,
        Intent.TICKETS,
        Intent.ESCALATE,
        Intent.HELP,
        Intent.USE_ROOM,
        Intent.ROSTER,
        Intent.CANCEL,
        Intent.APPS,
        Intent.CROWDS,
        Intent.WATCHES,
        Intent.DIGEST,
        Intent.NUMBERS,
    }
)
NOT_YET = frozenset(
    {
        Intent.AUDIT,
        Intent.BULK,
        Intent.FAILURES,
        Intent.PROVISION_GROUP,
        Intent.SCOPE,
        Intent.WATCH,
    }
)


class WhoKind(StrEnum):
    """How somebody was named."""

    ME = "me"
    ADDRESS = "address"
    OBJECT_ID = "object_id"
    MENTION = "mention"
    NAME = "name"
    LAST = "last"  # he, she, they: the person of the last answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody as the message names them. ``id`` is an Entra object id where the wording gives one."""

    kind: WhoKind
    words: str
    id: str = ""
    doubtful: bool = False  # may be no name at all: the directory decides


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAnswer:
    """What the last answer in this conversation was about, for "and in Zoom?" and "what about Maja"."""

    intent: Intent
    person_id: str = ""
    app_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A message understood."""

    intent: Intent
    people: tuple[Who, ...] = ()
    apps: tuple[App, ...] = ()  # several: ambiguous or several named
    app_words: str = ""  # stands where an app should, and is none that we know
    each_app: bool = False  # several were named, each beyond doubt
    group: str = ""  # the name of a group of people
    corrected: str = ""  # what was said, where the app was not written as it is called
    text: str = ""  # the person's own words of a ticket
    asks: bool = False  # a question
    negated: bool = False  # said in order that something does not happen
    somebody: bool = False  # about somebody else who is not named: my colleague
    elsewhere: bool = False  # wants something changed that the desk changes for nobody
    ordered: bool = False  # wants an app's job started, paused or restarted
    fragment: bool = False  # no more than names: an answer, or half a question
    follows: bool = False  # the last answer filled a gap
    everybodys: bool = False  # of tickets: all that are open, not one's own
    ticket: int | None = None
    crowd: int | None = None  # of a list of people: C-<n>
    language: str = "en"
