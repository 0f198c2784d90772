"""Everything that was read about one person and one application, before anybody judges it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from provisioning.attempts import LogEvent
from provisioning.beside import Alike
from provisioning.model import App, AppRole, Assignment, Group, GroupFailure, Job, Person, Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The unknown is not the absent: what could not be read stands in ``unread`` with the reason.

    Keys of ``unread``: ``person``, ``job``, ``schema``, ``assignments``, ``nested``, ``log``, ``owners``, ``place``,
    ``roles``, ``dynamic``, ``twins``. What is only worth asking in some cases (``dynamic``, ``twins``) and was not
    asked for is empty or None and not in ``unread``. A rule that needs one of them and finds it there stays silent.
    """

    as_of: datetime  # the Date header of Graph's answers: every age is measured against it
    person: Person
    app: App
    job: Job | None = None  # None and not unread: provisioning was never set up for this app
    schema: Schema | None = None
    assignments: tuple[Assignment, ...] = ()
    nested: tuple[tuple[Group, Group | None], ...] = ()  # (assigned group, the member group that leads into it)
    roles: tuple[AppRole, ...] | None = None  # what the app offers; None: not known
    dynamic: tuple[Group, ...] = ()  # assigned groups with a membership rule that do not hold the person
    matched_by: str | None = None  # the directory attribute whose value was looked for in other accounts
    twins: tuple[Person, ...] | None = None  # other accounts with that value; None: nobody looked
    sync_all: bool | None = None  # None: not known; then the normal case (assigned only) is assumed and said
    log: tuple[LogEvent, ...] = ()  # newest first
    group_failures: tuple[GroupFailure, ...] = ()  # of the groups that lead the person into the app
    alike: Alike | None = None  # others whom the newest row's failure hit lately; None: nobody, or nobody looked
    place: str | None = None  # room, workspace or desk; None: it is none, or does not look like one
    worked_out: Mapping[str, str | None] = field(default_factory=dict)  # Graph's own results, by the expression
    changed: datetime | None = None  # the newest change of the person's data that the audit log shows
    unread: Mapping[str, str] = field(default_factory=dict)
    calls: int = 0  # Graph requests behind this evidence
    rounds: int = 0  # sequential Graph round trips behind it

    def knows(self, *what: str) -> bool:
        """Whether all of ``what`` was read."""
        return not any(key in self.unread for key in what)
