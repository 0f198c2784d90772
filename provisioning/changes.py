"""What others did to somebody's account, as the directory's own audit log tells it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from provisioning.attempts import Change, LogEvent
from provisioning.model import App, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryChange:
    """One entry. ``activity`` and ``by`` are Microsoft's words; ``touched`` names what else was involved."""

    at: datetime
    activity: str
    by: str  # "" where the log does not say
    succeeded: bool = True
    touched: tuple[str, ...] = ()  # an app, a group …
    app_ids: tuple[str, ...] = ()  # service principals among them
    changes: tuple[Change, ...] = ()


class Chronicle(Protocol):
    """Who can be asked what happened to somebody. Raises as ``TenantReader``."""

    async def changes(self, person_id: str, *, since: datetime) -> tuple[DirectoryChange, ...]:
        """What was done to the account, newest first, at most 50."""

    async def log(self, person_id: str, app: App, *, since: datetime) -> tuple[LogEvent, ...]:
        """What the provisioning service did for the person in one app, newest first."""

    async def person(self, person_id: str) -> Person:
        """The account itself."""

    async def now(self) -> datetime:
        """Graph's clock."""

    async def apps(self) -> tuple[App, ...]:
        """Every enterprise application."""
