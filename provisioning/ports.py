"""What the core needs from the world, as promises. Graph, the store and the queue meet the use cases only here."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Raw

from provisioning.attempts import LogEvent, OnDemandAnswer
from provisioning.cases import Case
from provisioning.errors import DeskError
from provisioning.evidence import Evidence
from provisioning.failing import Failures, Happening, Seen, Sweep
from provisioning.handover import Delivery, Link, Notice
from provisioning.health import Pulse
from provisioning.model import Actor, App, Job, Person
from provisioning.numbers import Numbers
from provisioning.orders import Order
from provisioning.pace import Turn
from provisioning.schemas import RawSchema
from provisioning.scoping import GroupSeen, Kind, Member, Unread
from provisioning.tickets import Subject, Ticket


class TenantReader(Protocol):
    """Reads the tenant. Nothing here writes, and nothing is cached that is being diagnosed.

    Every method raises ``TryLaterError`` (busy, down, timed out), ``NotAllowedError`` (permission missing) or
    ``NotThereError`` where it is named; ``evidence`` raises only when the person cannot be read at all and
    otherwise names what it could not read.
    """

    async def now(self) -> datetime:
        """Graph's clock, from its newest answer's Date header (asks once if there was none yet)."""

    async def actor(self, person_id: str) -> Actor:
        """Who this object id is and which roles the role groups give, read afresh. NotThereError if unknown."""

    async def person(self, person_id: str) -> Person:
        """One user object by id, soft-deleted ones included. NotThereError if there is none."""

    async def manager(self, person_id: str) -> str | None:
        """The display name of who the directory calls somebody's manager; None: nobody."""

    async def find_people(self, words: str) -> tuple[Person, ...]:
        """People that fit an address, an object id or a (partial) name, exact matches alone if there are any.

        Accents and case do not matter. Soft-deleted accounts are found too. At most 10, best first; empty: nobody.
        """

    async def apps(self) -> tuple[App, ...]:
        """Every enterprise application by name (owners not filled); may be up to ten minutes old."""

    async def evidence(self, person_id: str, app: App) -> Evidence:
        """Everything about one person and app, read side by side: at most 3 round trips, 12 calls."""

    async def job(self, app: App) -> Job | None:
        """The app's provisioning job, None where provisioning was never set up."""

    async def log(self, person_id: str, app: App, *, since: datetime) -> tuple[LogEvent, ...]:
        """Log rows of one person in one app after ``since``, newest first. Minutes late by Microsoft's word."""

    async def failures(self, app: App) -> int | None:
        """People of the app whose newest log row of the last seven days is a failure; None: could not be read."""


class Census(Protocol):
    """Reads about many people at once."""

    def census(self, person_ids: Sequence[str], app: App) -> AsyncGenerator[tuple[str, Evidence | DeskError], None]:
        """What ``TenantReader.evidence`` reads, each with an error of their own, in the order given.

        At the pace of Graph's reports (some seconds per fifteen people), in flat memory. The way through nested
        groups and the audit log are left out.
        """


class JobReader(Protocol):
    """Reads what concerns an app's job as a whole."""

    async def pulse(self, app: App) -> Pulse:
        """What the week's log and the assignments say; what could not be read is None in it. Never raises for that."""


class AudienceReader(Protocol):
    """Reads everybody that an app's assignments bring in, however many."""

    async def places(self) -> dict[str, Kind]:
        """Rooms, desks and workspaces by mail address in lower case. NotAllowedError where they may not be read."""

    async def skips_removals(self, app: App) -> bool | None:
        """Whether whoever falls out of scope keeps the account; None if nobody can say. DeskError if it is not read."""

    def audience(self, app: App, attributes: Sequence[str]) -> AsyncGenerator[Member | GroupSeen | Unread, None]:
        """Members with these attributes read, page by page in flat memory; after a group's members, the group.

        Somebody comes as often as assignments bring them in; ``Member.direct`` says which. What could not be read is
        named in its place. Raises DeskError only if not even the assignments can be read.
        """


class LogPages(Protocol):
    """Reads the provisioning log page by page, at the pace of Graph's reports."""

    async def log_page(self, app_id: str | None, *, since: datetime, link: str | None) -> tuple[list[Raw], str | None]:
        """A page of rows after ``since``, oldest first, and the next page's link. None as app: every app's rows.

        With ``link``, that page. RefusedError if Graph does not know the link any more.
        """

    async def happenings(self, app: App | None, *, since: datetime) -> tuple[Happening, ...]:
        """What the audit log says was done to the app's job and schema, newest first; None: to those of all apps."""

    async def people_of(self, person_ids: Sequence[str]) -> dict[str, Person]:
        """Who these ids are; who cannot be read is left out."""


class FailureBooks(Protocol):
    """The desk's memory of who fails. Everything kept stays below what a row of the log holds."""

    async def sweep(self, scope: str) -> Sweep | None:
        """How far the log was read; None: never."""

    async def keep(
        self, before: Sweep, after: Sweep, page: Sequence[Seen], *, again: bool = False, show: bool = False
    ) -> Sweep:
        """Keep a page and how far it went, in one transaction. ConflictError if another has moved ``before`` since.

        ``again``: queue the rest of the reading with it; ``show``: and the redrawing of what shows it.
        """

    async def failures(self, scope: str, *, most: int = 20) -> Failures | None:
        """What is known of a scope, the largest cluster first; None: its log was never read."""

    async def people(self, scope: str, cluster: str, *, page: int, size: int) -> Sequence[str]:
        """Ids of who fails over one thing, in a lasting order."""


class JobLevers(Protocol):
    """What moves a job. No lever repeats itself; each raises as ``Levers.provision_on_demand``."""

    async def start(self, app: App, job_id: str) -> None:
        """Resume where it stopped."""

    async def pause(self, app: App, job_id: str) -> None:
        """Stop; the running cycle ends."""

    async def restart(self, app: App, job_id: str, forget: Sequence[str]) -> None:
        """Forget what the flags name, then run."""

    async def check(self, app: App, job_id: str) -> None:
        """Let Graph test the saved credentials against the app. RefusedError if the app rejects them."""

    async def schema(self, app: App, job_id: str) -> RawSchema:
        """The whole schema as Graph gives it. Changes nothing."""

    async def save_schema(self, app: App, job_id: str, schema: RawSchema) -> None:
        """Replace the whole schema, which starts a full cycle."""


class LogReader(Protocol):
    """Reads the log of a few people at once."""

    async def logs(self, person_ids: Sequence[str], app: App, *, since: datetime) -> Mapping[str, Sequence[LogEvent]]:
        """The rows of at most 15 people in one app after ``since``, by the id as it was given, newest first.

        One read. Raises TryLaterError, NotAllowedError, NotThereError, RefusedError.
        """


class Levers(Protocol):
    """What changes the tenant. No lever repeats itself."""

    async def provision_on_demand(self, *, app: App, job_id: str, rule_id: str, person_id: str) -> OnDemandAnswer:
        """One on-demand run for one user, at most 150 s.

        Raises UncertainError when the call was sent and no answer came; RefusedError, NotAllowedError,
        NotThereError, TryLaterError (429 or 503 before anything was done) otherwise.
        """


class Pen(Protocol):
    """What writes into the directory. Nothing is written twice by itself."""

    async def fill_in(self, person_id: str, values: Mapping[str, str]) -> None:
        """Set attributes of a user, all or none. UncertainError if nobody knows whether; else as ``Levers``."""


class Pace(Protocol):
    """Whose on-demand call may go out when, kept by all replicas together. A turn that nobody uses is lost."""

    async def reserve(self, *, crowd: bool = False) -> Turn:
        """The next free turn for one call; ours, however far ahead.

        ``crowd``: one of many calls, which give way to single clicks: ours only if it is the very next turn, else
        ``ours`` is False and the crowd asks again at ``at``.
        """

    async def reached(self, at: datetime) -> bool:
        """Wait until a turn that was reserved; False, at once, when it has been missed: then reserve another."""

    async def hold(self, seconds: float) -> None:
        """Microsoft asked to wait: nobody's turn that is reserved from now on comes earlier than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """Who did what, by the database's clock."""

    at: datetime
    what: str
    by_id: str
    by_upn: str
    about: str
    facts: Mapping[str, str]


class Ledger(Protocol):
    """One database transaction. Everything in it happens, or nothing."""

    async def add_case(self, case: Case) -> Case:
        """Store a new case (its version becomes 1)."""

    async def case(self, case_id: str) -> Case:
        """Read and lock a case until the transaction ends. NotThereError if there is none."""

    async def save_case(self, case: Case) -> Case:
        """Write a case that was read in version ``case.version``; returns it one version on. ConflictError if not."""

    async def held_by(self, person_id: str, app_id: str) -> str | None:
        """Who has this person's provisioning in this app in hand: by a promise, or by a crowd's or a group's call.

        The name of whoever started it; None: nobody. Nobody else gets the pair before this transaction ends.
        """

    async def add_ticket(self, ticket: Ticket, *, key: str = "") -> tuple[Ticket, bool]:
        """Store a new ticket and give it the next number (the number passed in is ignored).

        A requester's ``key`` opens one ticket, for ever: with one that was used, that ticket comes back as it is now.
        The flag says whether the ticket is new.
        """

    async def ticket(self, number: int) -> Ticket:
        """Read and lock a ticket. NotThereError if there is none."""

    async def save_ticket(self, ticket: Ticket) -> Ticket:
        """As ``save_case``."""

    async def tickets_about(self, person_id: str, app_id: str) -> Sequence[Ticket]:
        """The open tickets with a diagnosis of this person in this app, locked, oldest first."""

    async def tickets_on(self, subjects: Sequence[Subject]) -> Sequence[Ticket]:
        """The open tickets about any of these, locked, oldest first.

        Nobody else opens one for their causes in their apps before this transaction ends.
        """

    async def head_of(self, kin: str) -> Ticket | None:
        """The oldest open ticket of a failure (``Ticket.kin``) that follows no other, locked."""

    async def children(self, number: int) -> Sequence[Ticket]:
        """The tickets that follow this one (``Ticket.parent``), locked, oldest first."""

    async def use(self, key: str) -> bool:
        """Whether this key is used for the first time; the transaction uses it up, for a day or more."""

    async def audit(self, *, what: str, by: Actor, about: str, facts: dict[str, str]) -> None:
        """One line that nobody can change: who did what to whom (``about``: case:<id> or ticket:<number>)."""

    async def defer(self, work: str, *, after: timedelta = timedelta(0), **arguments: str | int) -> None:
        """Queue background work by its name in this same transaction. It runs at least once."""


class OrderLedger(Ledger, Protocol):
    """One transaction that is also about orders."""

    async def add_order(self, order: Order) -> Order:
        """Store a new order (its version becomes 1)."""

    async def order(self, order_id: str) -> Order:
        """Read and lock an order until the transaction ends. NotThereError if there is none."""

    async def save_order(self, order: Order) -> Order:
        """As ``save_case``; ConflictError also when another order for the app is under way."""

    async def order_under_way(self, app_id: str) -> Order | None:
        """The order that holds this app, if any (locks the app for this transaction)."""

    async def keep_schema(self, order_id: str, which: str, schema: RawSchema) -> None:
        """Keep the schema of ``before`` or ``after`` an order for thirty days."""


class OrderBooks(Protocol):
    """The desk's memory of orders."""

    def transaction(self) -> AbstractAsyncContextManager[OrderLedger]:
        """As ``Books.transaction``."""

    async def read(self, order_id: str) -> Order:
        """An order without a lock. NotThereError if there is none."""

    async def of_app(self, app_id: str, *, most: int = 10) -> Sequence[Order]:
        """The newest orders about an app, newest first."""

    async def kept_schema(self, order_id: str, which: str) -> RawSchema | None:
        """The schema of ``before`` or ``after``; None once it is no longer kept."""


class Books(Protocol):
    """The desk's own memory."""

    def transaction(self) -> AbstractAsyncContextManager[Ledger]:
        """Open one transaction; leaving it normally commits, an exception rolls back."""

    async def read_case(self, case_id: str) -> Case:
        """A case without a lock. NotThereError if there is none."""

    async def read_ticket(self, number: int) -> Ticket:
        """A ticket without a lock. NotThereError if there is none."""

    async def tickets(
        self, *, requester_id: str | None = None, open_only: bool = True, limit: int = 500
    ) -> Sequence[Ticket]:
        """Tickets, oldest first; of one asker if named."""

    async def waiting(self) -> int:
        """How many tickets are not closed."""

    async def unannounced(self, lost: Sequence[str] = (), *, unheard: bool = True) -> Sequence[int]:
        """Open tickets that the helpdesk heard of in a ``lost`` conversation, and (``unheard``) those it knows not."""

    async def to_look_at(self, *, limit: int, rest: timedelta) -> Sequence[Ticket]:
        """Open tickets whose cause may have gone away, not looked at for ``rest``; each counts as looked at now."""

    async def mended(self) -> Sequence[Ticket]:
        """Open tickets whose cause has gone away, oldest first."""

    async def trail(self, *abouts: str) -> Sequence[AuditLine]:
        """Every audit line about these (case:<id>, ticket:<number>), oldest first."""


class Figures(Protocol):
    """Counts in the desk's own memory."""

    async def numbers(self) -> Numbers:
        """How the helpdesk is doing now and did in the last week."""


class Desk(Protocol):
    """Another helpdesk's system. Nothing in it repeats itself: who calls keeps count."""

    @property
    def name(self) -> str:
        """As settings, commands and our tables call it."""

    async def tell(self, notice: Notice, link: Link | None, *, again: bool) -> Link:
        """Write one step of a ticket down there and return the record; ``link`` None: there may be no record yet.

        ``again``: an earlier attempt may have got through, so look before writing wherever that is possible.
        Raises TryLaterError (nothing was written, it is busy or down), UncertainError (nobody knows),
        NotAllowedError (our credentials), NotThereError (the record is gone), RefusedError (no).
        """


class Post(Protocol):
    """What is owed to other desks, one step of a ticket after the other, and which records there stand for tickets."""

    async def claim(self, desk: str, *, most: int) -> Sequence[Delivery]:
        """What is due and nobody else is at, at most one step a ticket; nothing while the desk rests."""

    async def link(self, desk: str, ticket: int) -> Link | None:
        """The record that stands for the ticket there, as far as we know."""

    async def linked(self, desk: str, record: str) -> int | None:
        """The number of the ticket that a record of the desk stands for, by the record's id or its name."""

    async def delivered(self, delivery: Delivery, link: Link | None) -> None:
        """It is written down there; the desk needs no rest any more."""

    async def put_off(self, delivery: Delivery, *, wait: float, why: str, counts: bool) -> None:
        """Try it again in ``wait`` seconds. ``counts``: among the attempts; else it was not the delivery's fault."""

    async def rest(self, desk: str, *, wait: float, why: str) -> None:
        """Leave the desk alone for ``wait`` seconds, or longer if it failed before."""

    async def give_up(self, delivery: Delivery, why: str) -> None:
        """An operator has to look; what follows on the same ticket waits."""
