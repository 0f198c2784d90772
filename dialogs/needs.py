"""What the conversations need from the house, as promises; ``bot/app.py`` hands in what keeps them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from provisioning.cases import Case
from provisioning.errors import DeskError
from provisioning.model import Actor, App, Job
from provisioning.moves import Move
from provisioning.ports import Census, JobReader, TenantReader
from provisioning.survey import Survey
from provisioning.tickets import Ticket


class Tenant(TenantReader, Census, JobReader, Protocol):
    """The tenant, also read for many apps and people at once."""

    async def survey(self, person_id: str, apps: Sequence[App], *, held: bool = True) -> Survey:
        """One person in the apps that they hold, or (not ``held``) in each of ``apps``. Raises as ``evidence``."""

    async def jobs(self, apps: Sequence[App]) -> Mapping[str, Job | DeskError | None]:
        """Each app's job by the app's id; an error in its place where it could not be read."""


class Inquiries(Protocol):
    """Questions about one person and one app."""

    async def open(self, actor: Actor, person_id: str, app: App, *, question: str, origin: str) -> Case:
        """Read, judge, store. NotAllowedError unless the actor may ask about this person."""

    async def again(self, actor: Actor, case_id: str) -> Case:
        """Read anew and keep the case. NotAllowedError, NotThereError."""


class Promises(Protocol):
    """What the desk does about a case."""

    async def promise(self, actor: Actor, case_id: str, version: int | None = None) -> Case:
        """Check everything again and queue the run; a click on an older ``version`` returns the case as it is."""


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
        self, actor: Actor, *, origin: str, text: str | None = None, case_id: str | None = None, key: str = ""
    ) -> Ticket:
        """Store a ticket about a text or a case, or join the one about the same; an actor's ``key`` opens one."""

    async def move(self, actor: Actor, number: int, *moves: Move, step: int | None = None) -> Moved:
        """Make the moves that still fit, seen at ``step``. NotThereError, NotAllowedError."""

    async def merge(self, actor: Actor, number: int, into: int, *, step: int | None = None) -> Ticket:
        """Let one go up in another; as it is when it cannot be. Agents only. NotThereError, NotAllowedError."""

    async def mine(self, actor: Actor) -> Sequence[Ticket]:
        """What the actor has asked for, oldest first."""

    async def waiting(self, actor: Actor) -> Sequence[Ticket]:
        """Everything open. NotAllowedError unless the actor is an agent."""


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
