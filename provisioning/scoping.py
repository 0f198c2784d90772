"""Whom an app's assignments bring in, what its scoping filter really does with them, and what a tighter one would do.

Clauses of one filter group must all hold; of several groups one is enough. So three groups that ask for one attribute
each let nearly everybody through, where one group with three clauses was meant.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from provisioning.attributes import UNREAD, value_of
from provisioning.model import Clause, Execution, FilterGroup, Person
from provisioning.scope import passes

WANTED = ("mail", "givenName", "surname")  # what an account for a person cannot do without in most apps
TITLE = "People with mail, first and last name"  # of a new filter group, as the portal shows it
IS_NOT_NULL = "IS NOT NULL"
MOST_NAMED = 1000  # people who would fall out and are kept by name; all are counted
# Microsoft's rule of thumb for a first cycle with assigned users: minutes for each user, group and membership.
_FASTEST, _SLOWEST = 0.01, 0.08


class Kind(StrEnum):
    """What a user object stands for."""

    PERSON = "person"
    GUEST = "guest"
    ROOM = "room"
    WORKSPACE = "workspace"
    DESK = "desk"
    EQUIPMENT = "equipment"
    SHARED = "shared"  # a shared mailbox, as Exchange says
    RESOURCE = "resource"  # looks like a shared mailbox or another resource: disabled, unlicensed, nameless


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who is assigned, directly or by a group."""

    person: Person
    licensed: bool | None = None
    direct: bool = False
    purpose: str | None = None  # userPurpose of the mailbox; None: not asked, not told, or no mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSeen:
    """An assigned group that was read. ``nested``: groups inside it, whose members provisioning does not read."""

    name: str
    members: int
    nested: tuple[str, ...] = ()
    whole: bool = True
    ignored: bool = False  # not security-enabled: provisioning does not read its members


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A part of the audience that could not be read: ``people`` or ``groups``, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcast:
    """Somebody who is let through now and would not be any more."""

    id: str
    name: str
    kind: Kind
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """Of the objects that could be provisioned, how many a filter lets through; ``unsure`` cannot be told."""

    through: int = 0
    out: int = 0
    unsure: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What a look at everybody assigned has brought."""

    total: int = 0  # user objects, each once
    kinds: Mapping[str, int] = field(default_factory=dict)
    disabled: int = 0
    incomplete: int = 0
    lacking: Mapping[str, int] = field(default_factory=dict)
    direct: int = 0
    groups: tuple[GroupSeen, ...] = ()
    scope: tuple[FilterGroup, ...] = ()
    offered: tuple[FilterGroup, ...] = ()
    now: Passing = Passing()
    joined: Passing | None = None  # as if all clauses stood in one group; None with fewer than two groups
    then: Passing = Passing()
    falls_out: int = 0
    outcasts: tuple[Outcast, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)  # places, groups …
    early_filters: bool = False  # people are also filtered in ways that are not weighed here
    keeps_accounts: bool | None = None  # whether whoever falls out keeps the account as it is; None: not known

    @property
    def changes_anything(self) -> bool:
        """Whether the offer differs from what is there."""
        return self.offered != self.scope

    @property
    def whole(self) -> bool:
        """Whether everybody was seen: only then may a count be acted on."""
        return not self.unread.keys() & {"assigned", "groups", "people"}


# What Exchange says of a mailbox; "others" and what is new say nothing.
_PURPOSES = {
    "user": Kind.PERSON,
    "linked": Kind.PERSON,
    "shared": Kind.SHARED,
    "room": Kind.ROOM,
    "equipment": Kind.EQUIPMENT,
}


def kind_of(member: Member, places: Mapping[str, Kind]) -> Kind:
    """What a user object stands for. ``places`` by mail address in lower case."""
    person = member.person
    for address in (person.mail, person.upn):
        if address and address.casefold() in places:
            return places[address.casefold()]
    if person.guest:
        return Kind.GUEST
    if (member.purpose or "").lower() in _PURPOSES:
        return _PURPOSES[(member.purpose or "").lower()]
    nameless = value_of(person, "givenName") is None and value_of(person, "surname") is None
    return Kind.RESOURCE if person.enabled is False and member.licensed is False and nameless else Kind.PERSON


def tightened(scope: Sequence[FilterGroup], attributes: Iterable[str] = WANTED) -> tuple[FilterGroup, ...]:
    """The filter that also asks for these attributes: in every group that is there, or in one new one.

    A new group beside others would widen the scope instead.
    """
    asked = tuple(Clause(attribute=name, operator=IS_NOT_NULL) for name in attributes)
    if not scope:
        return (FilterGroup(name=TITLE, clauses=asked),)
    return tuple(replace(group, clauses=(*group.clauses, *_missing(group, asked))) for group in scope)


def _missing(group: FilterGroup, asked: tuple[Clause, ...]) -> tuple[Clause, ...]:
    there = {(clause.attribute.casefold(), _folded(clause.operator)) for clause in group.clauses}
    return tuple(one for one in asked if (one.attribute.casefold(), _folded(one.operator)) not in there)


def _folded(operator: str) -> str:
    return operator.upper().replace("_", "").replace(" ", "")


def joined(scope: Sequence[FilterGroup]) -> tuple[FilterGroup, ...]:
    """All clauses in one group: what whoever made several groups probably meant."""
    return (FilterGroup(name="", clauses=tuple(clause for group in scope for clause in group.clauses)),)


def attributes_of(scope: Sequence[FilterGroup]) -> tuple[str, ...]:
    """What has to be read of everybody to tell whom these filters let through."""
    return tuple(dict.fromkeys([*WANTED, *(clause.attribute for group in scope for clause in group.clauses)]))


def takes_away(before: bool | None, after: bool | None) -> bool:
    """Whether somebody may lose what they have: let through or not certainly kept out now, and kept out then."""
    return before is not False and after is False


def verdict(scope: Sequence[FilterGroup], person: Person) -> bool | None:
    """Whether the filter lets a person through; None when that cannot be told."""
    return passes(scope, person)


def lacks(person: Person, attributes: Iterable[str] = WANTED) -> tuple[str, ...]:
    """Which of the attributes are certainly empty."""
    values = {name: value_of(person, name) for name in attributes}
    return tuple(name for name, value in values.items() if value is not UNREAD and value in (None, ""))


def full_cycle(objects: int) -> tuple[timedelta, timedelta]:
    """How long a cycle that looks at everybody takes at least and at most, by Microsoft's rule of thumb."""
    return timedelta(minutes=_FASTEST * objects), timedelta(minutes=_SLOWEST * objects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the cycles that were seen came to. Averages; None where none was seen."""

    cycles: int = 0
    length: timedelta | None = None
    imported: float | None = None
    escrowed: float | None = None


NO_COST = Cost()


def cost_of(cycles: Sequence[Execution]) -> Cost:
    """From the job's own history, which is better than any rule of thumb."""
    timed = [(cycle, cycle.ended - cycle.began) for cycle in cycles if cycle.began and cycle.ended]
    if not timed:
        return Cost()
    some = len(timed)
    return Cost(
        cycles=some,
        length=sum((length for _cycle, length in timed), timedelta()) / some,
        imported=sum(cycle.imported for cycle, _length in timed) / some,
        escrowed=sum(cycle.escrowed for cycle, _length in timed) / some,
    )


class Census:
    """Counts members one by one, in memory that grows only by an id each and by the names of those who fall out."""

    def __init__(self, scope: Sequence[FilterGroup], places: Mapping[str, Kind]) -> None:
        self._scope, self._places = tuple(scope), places
        self._offered = tightened(scope)
        self._joined = joined(scope) if len(scope) > 1 else None
        self._seen: set[str] = set()
        self._kinds: dict[str, int] = {}
        self._lacking: dict[str, int] = dict.fromkeys(WANTED, 0)
        self._disabled = self._incomplete = self._direct = self._falls_out = 0
        self._counts: dict[str, list[int]] = {name: [0, 0, 0] for name in ("now", "joined", "then")}
        self._outcasts: list[Outcast] = []
        self._groups: list[GroupSeen] = []

    def add(self, member: Member) -> None:
        """Count somebody; who was counted before only adds to the direct assignments."""
        self._direct += member.direct
        person = member.person
        if person.id in self._seen:
            return
        self._seen.add(person.id)
        kind = kind_of(member, self._places)
        self._kinds[kind.value] = self._kinds.get(kind.value, 0) + 1
        missing = lacks(person)
        for name in missing:
            self._lacking[name] += 1
        self._incomplete += bool(missing)
        if person.enabled is False:
            self._disabled += 1  # never provisioned, whatever the filter says
        else:
            self._weigh(person, kind)

    def add_group(self, group: GroupSeen) -> None:
        """Keep what was seen of a group."""
        self._groups.append(group)

    def _weigh(self, person: Person, kind: Kind) -> None:
        now, then = verdict(self._scope, person), verdict(self._offered, person)
        self._count("now", now)
        self._count("then", then)
        if self._joined is not None:
            self._count("joined", verdict(self._joined, person))
        if takes_away(now, then):
            self._falls_out += 1
            if len(self._outcasts) < MOST_NAMED:
                name = person.name or person.upn
                self._outcasts.append(Outcast(id=person.id, name=name, kind=kind, lacks=lacks(person)))

    def _count(self, which: str, through: bool | None) -> None:
        self._counts[which][{True: 0, False: 1, None: 2}[through]] += 1

    def study(self, unread: Mapping[str, str]) -> Study:
        """What the count has come to."""
        return Study(
            total=len(self._seen),
            kinds=dict(self._kinds),
            disabled=self._disabled,
            incomplete=self._incomplete,
            lacking=dict(self._lacking),
            direct=self._direct,
            groups=tuple(self._groups),
            scope=self._scope,
            offered=self._offered,
            now=self._passing("now"),
            joined=self._passing("joined") if self._joined is not None else None,
            then=self._passing("then"),
            falls_out=self._falls_out,
            outcasts=tuple(sorted(self._outcasts, key=_people_first)),
            unread=dict(unread),
        )

    def _passing(self, which: str) -> Passing:
        through, out, unsure = self._counts[which]
        return Passing(through=through, out=out, unsure=unsure)


def _people_first(outcast: Outcast) -> tuple[bool, str]:
    """Who is missed stands first: a person loses an account, a desk loses nothing."""
    return outcast.kind not in {Kind.PERSON, Kind.GUEST}, outcast.name.casefold()
