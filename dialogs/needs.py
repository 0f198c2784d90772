"""What the conversations need from the house, as promises; ``bot/app.py`` hands in what keeps them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from dialogs.talk import File
from provisioning.cases import Case
from provisioning.crowds import Crowd, Member, Progress
from provisioning.errors import DeskError
from provisioning.groups import GroupRun
from provisioning.model import Actor, App, Diagnosis, Group, Job
from provisioning.moves import Move
from provisioning.ports import Census, JobReader, TenantReader
from provisioning.survey import Survey
from provisioning.tickets import Named, Severity, Subject, Ticket
from provisioning.watches import USUAL, Watch


class Tenant(TenantReader, Census, JobReader, Protocol):
    """The tenant, also read for many apps and people at once."""

    async def survey(self, person_id: str, apps: Sequence[App], *, held: bool = True) -> Survey:
        """One person in the apps that they hold, or (not ``held``) in each of ``apps``. Raises as ``evidence``."""

    async def jobs(self, apps: Sequence[App]) -> Mapping[str, Job | DeskError | None]:
        """Each app's job by the app's id; an error in its place where it could not be read."""


class Inquiries(Protocol):
    """Questions about one person and one app."""

    async def open(
        self, actor: Actor, person_id: str, app: App, *, question: str, origin: str, wish: bool = False
    ) -> Case:
        """Read, judge, store. ``wish``: to provision. NotAllowedError unless the actor may ask about this person."""

    async def again(self, actor: Actor, case_id: str) -> Case:
        """Read anew and keep the case. NotAllowedError, NotThereError."""


class Promises(Protocol):
    """What the desk does about a case."""

    async def promise(self, actor: Actor, case_id: str, version: int | None = None, *, anyway: bool = False) -> Case:
        """Check everything again and queue the run; a click on an older ``version`` returns the case as it is.

        ``anyway``: although it may be useless, as long as it hurts nobody.
        """

    async def call_off(self, actor: Actor, case_id: str, version: int | None = None) -> Case:
        """Take back what has not been sent; else, or on an older ``version``, the case as it is."""


class Moved(Protocol):
    """What became of a ticket, and what of the wish was not done."""

    @property
    def ticket(self) -> Ticket:
        """As it stands now."""

    @property
    def left(self) -> tuple[Move, ...]:
        """What did not fit (any more)."""

    @property
    def done(self) -> bool:
        """Whether everything has happened."""


class Tickets(Protocol):
    """What humans owe."""

    def now(self) -> datetime:
        """What it is by the clock that tickets are dated by."""

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
        """Store a ticket about a text or a case, or join the one about the same; an actor's ``key`` opens one."""

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
        """Store one about what an answer said; what has a ticket already is joined. NotAllowedError."""

    async def move(self, actor: Actor, number: int, *moves: Move, step: int | None = None) -> Moved:
        """Make the moves that still fit, seen at ``step``. NotThereError, NotAllowedError."""

    async def merge(self, actor: Actor, number: int, into: int, *, step: int | None = None) -> Ticket:
        """Let one go up in another; as it is when it cannot be. Agents only. NotThereError, NotAllowedError."""

    async def mine(self, actor: Actor) -> Sequence[Ticket]:
        """What the actor has asked for, oldest first."""

    async def waiting(self, actor: Actor, *, most: int = 500) -> Sequence[Ticket]:
        """What is open, oldest first. NotAllowedError unless the actor is an agent."""

    async def how_many(self, actor: Actor) -> int:
        """How many those are."""


class GroupTenant(Protocol):
    """Where groups are found."""

    async def find_groups(self, words: str) -> tuple[Group, ...]:
        """Groups of exactly this name, else those whose name begins so."""


class Groups(Protocol):
    """Whole groups."""

    async def open(self, actor: Actor, group: Group, app: App, *, origin: str = "") -> GroupRun:
        """Look at a group and keep what was seen. ``origin``: where its end is told."""

    async def read(self, run_id: str) -> GroupRun:
        """As it stands. NotThereError if there is none."""

    async def promise(self, actor: Actor, run_id: str, version: int) -> GroupRun:
        """Look at everything again and start it; on another version as it is."""

    async def stop(self, actor: Actor, run_id: str) -> GroupRun:
        """Call nobody new; as it is where nobody waits."""

    async def step(self, run_id: str) -> None:
        """Background work: one step further."""


class Fillers(Protocol):
    """Mending what is empty, then provisioning."""

    async def fill_in(
        self, actor: Actor, case_id: str, values: Mapping[str, str], *, why: str, version: int | None = None
    ) -> Case:
        """Check everything again, queue the writing and the run. NotAllowedError, RefusedError."""


class Rooms(Protocol):
    """Where the helpdesk reads."""

    async def desk_room(self) -> str | None:
        """The conversation that new tickets are posted to; None: nobody is notified."""

    async def use_as_desk_room(self, conversation: str, by: Actor) -> None:
        """Post them there from now on."""


class Shelf(Protocol):
    """Cases and tickets as they are now, for drawing them again. NotThereError if there is none."""

    async def read_case(self, case_id: str) -> Case:
        """One case."""

    async def read_ticket(self, number: int) -> Ticket:
        """One ticket."""


class Files(Protocol):
    """What people attach."""

    async def read(self, file: File) -> str:
        """The text of an attached list. RefusedError for what is not one, or comes from elsewhere than Teams."""


class GroupTickets(Protocol):
    """Tickets about many people."""

    async def open_about(
        self,
        actor: Actor,
        *,
        origin: str,
        text: str,
        people: Sequence[Named] = (),
        apps: Sequence[Named] = (),
        cause: str = "",
        key: str,
    ) -> Ticket:
        """Agents only; the same ``key`` of the same actor gives the same ticket."""


class Crowds(Protocol):
    """Lists of people who are to be provisioned. Every verb raises NotAllowedError unless the actor is an agent.

    A verb with a ``version`` that is not the crowd's any more changes nothing.
    """

    async def open(
        self,
        actor: Actor,
        *,
        origin: str,
        words: Sequence[str] = (),
        app: App | None = None,
        failing: bool = False,
        because: str = "",
        key: str = "",
    ) -> Progress:
        """Keep a list and look it up."""

    async def choose_app(self, actor: Actor, number: int, app: App, *, version: int | None = None) -> Progress:
        """Say which app a list is about."""

    async def start(self, actor: Actor, number: int, version: int, *, everybody: bool = False) -> Progress:
        """Begin to call."""

    async def pause(self, actor: Actor, number: int, version: int) -> Progress:
        """Call nobody new."""

    async def resume(self, actor: Actor, number: int, version: int) -> Progress:
        """Go on."""

    async def stop(self, actor: Actor, number: int, version: int) -> Progress:
        """End it for good."""

    async def progress(self, actor: Actor, number: int) -> Progress:
        """How it stands. NotThereError."""

    async def drawn(self, number: int) -> Progress:
        """The same for a card that is shown already."""

    async def members(self, actor: Actor, number: int, *, skip: int, most: int) -> Sequence[Member]:
        """Some of its people, in the order of the list."""

    async def group(self, actor: Actor, number: int, why: str, fact: str) -> Sequence[Member]:
        """Everybody who was left for the same reason."""

    async def handed_over(self, actor: Actor, number: int, group: str, ticket: int) -> Progress:
        """Note which ticket a group of leftovers went into."""

    async def newest(self, actor: Actor) -> Sequence[Crowd]:
        """The last ones of everybody."""


class FileOffers(Protocol):
    """Asking people, in a chat of their own, whether a file may go into their OneDrive."""

    async def offer(self, actor: Actor, conversation: str, crowd: Crowd, *, size: int, once: str) -> bool:
        """Ask about everybody of a crowd as a CSV file of about ``size`` bytes. False: asked before with ``once``."""


class Watches(Protocol):
    """What people want to be told later."""

    async def person(
        self, actor: Actor, person_id: str, app: App, *, origin: str, length: timedelta = USUAL
    ) -> Watch | Diagnosis:
        """Watch for somebody's arrival; today's answer where they are there. NotAllowedError for somebody else's."""

    async def job(self, actor: Actor, app: App, *, origin: str, length: timedelta = USUAL) -> Watch:
        """Watch a job: for its recovery while it does not run well, else for trouble."""

    async def ticket(self, actor: Actor, number: int, *, origin: str, length: timedelta = USUAL) -> Watch | Ticket:
        """Watch for the end of a ticket; the ticket where it is closed. NotThereError for somebody else's."""

    async def crowd(self, actor: Actor, number: int, *, origin: str, length: timedelta = USUAL) -> Watch | Crowd:
        """Watch for the end of a crowd; the crowd where it is over. NotAllowedError; NotThereError without one."""

    async def mine(self, actor: Actor) -> Sequence[Watch]:
        """What is watched for somebody, oldest first."""

    async def read(self, number: int) -> Watch:
        """One watch. NotThereError."""

    async def cancel(self, actor: Actor, number: int, version: int | None = None) -> Watch:
        """Stop watching. NotThereError for somebody else's."""

    async def again(
        self, actor: Actor, number: int, version: int, *, origin: str
    ) -> Watch | Diagnosis | Ticket | Crowd:
        """Watch once more what has expired."""
