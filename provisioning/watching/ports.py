"""What watching apps needs from the world, as promises."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from provisioning.failing import Happening
from provisioning.health import Pulse
from provisioning.model import Actor, App, Schema
from provisioning.orders import Order
from provisioning.ports import Ledger
from provisioning.watching.news import Credential, Hush, Known, News, Pace, Place, Subscription, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """News that a place is to be told. ``batch``: with what it is said; "" while nothing was decided.

    ``began``: it was told of the trouble that these are the end of.
    """

    news: News
    batch: str = ""
    began: bool = False


class Course(Protocol):
    """The desk's own memory of cycles and schemas."""

    async def windows(self, app_id: str, job_id: str, *, until: datetime, length: timedelta, most: int) -> list[Window]:
        """What was seen of the cycles in stretches of equal length, the newest (which ends at ``until``) first."""

    async def schema_seen(self, app_id: str, job_id: str, fingerprint: str, at: datetime) -> None:
        """As ``History``."""


class Written(Protocol):
    """What the desk itself did to jobs."""

    async def of_app(self, app_id: str, *, most: int = 10) -> Sequence[Order]:
        """As ``OrderBooks``."""


class Sights(Protocol):
    """Reads what a round looks at beside the job itself."""

    async def now(self) -> datetime:
        """As ``TenantReader``."""

    async def actor(self, person_id: str) -> Actor:
        """As ``TenantReader``."""

    async def pulse(self, app: App) -> Pulse:
        """As ``JobReader``."""

    async def credentials(self, app: App) -> tuple[Credential, ...]:
        """Certificates and secrets of the enterprise app, and of its registration where that is in this tenant."""

    async def schema(self, app: App, job_id: str) -> tuple[Schema, str]:
        """What the job does with users, and the fingerprint (``provisioning.schemas``) of all of it."""

    async def happenings(self, app: App, *, since: datetime) -> tuple[Happening, ...]:
        """As ``LogPages``."""


class NewsLedger(Ledger, Protocol):
    """One transaction that is also about watching."""

    async def save_known(self, known: Known) -> bool:
        """Write what was read in version ``known.version``; False: another round has written since."""

    async def add_news(self, news: News) -> Sequence[str]:
        """Keep it and owe it to every place that wants it; nothing if it was kept before. The places that it touches.

        The end of a trouble is owed to those who were told, or are still to be told, of its beginning.
        """

    async def begun(self, news: News) -> Sequence[int]:
        """The numbers of the news with which the trouble began that these are the end of."""

    async def subscribe(self, subscription: Subscription) -> bool:
        """Tell this place from now on; False: it is told already (whoever asked last is who counts)."""

    async def unsubscribe(self, place: str, app_id: str) -> bool:
        """Tell it no more, also nothing that it is owed of this app alone; whether it was told at all."""

    async def told_of_standing(self, place: str, app_id: str) -> None:
        """Its card has just said what stands: it will hear when that is over."""

    async def hush(self, place: str, app_id: str, until: datetime | None) -> None:
        """Say nothing of an app here until then; None: until somebody says otherwise."""

    async def wake(self, place: str, app_id: str | None) -> None:
        """Speak of an app here again; None: of all."""

    async def set_pace(self, place: str, pace: Pace, since: datetime) -> None:
        """How often it is told; what a digest holds begins at ``since``."""

    async def batch(self, place: str, numbers: Sequence[int], batch: str) -> None:
        """Decide with what some owed news are said. What has been decided before stays."""

    async def digested(self, place: str, until: datetime) -> None:
        """Digests were made up to this boundary."""

    async def settle(self, place: str, numbers: Sequence[int], *, told: bool) -> None:
        """They were said, or will never be."""


class NewsBooks(Protocol):
    """The desk's memory of apps that are watched."""

    def transaction(self) -> AbstractAsyncContextManager[NewsLedger]:
        """As ``Books.transaction``."""

    async def known(self, app_ids: Sequence[str]) -> Mapping[str, Known]:
        """What is known, by the app's id; who was never looked at is left out."""

    async def watched(self, app_ids: Sequence[str]) -> frozenset[str]:
        """Those of which some place wants to hear."""

    async def place(self, conversation: str) -> Place:
        """How a place is told; one without any subscription comes empty."""

    async def owing(self) -> Sequence[Place]:
        """Places that are owed something."""

    async def owed(self, conversation: str) -> Sequence[Owed]:
        """What a place is owed, the oldest first."""

    async def news(self, number: int) -> tuple[News, News | None]:
        """Some news, and the news that it is over. NotThereError if there is none."""

    async def standing(self, app_id: str) -> Sequence[News]:
        """The news of the troubles that stand, of one app or of EVERYTHING; the newest of each trouble."""

    async def hushes(self, conversation: str) -> Sequence[Hush]:
        """Of what a place wants to hear nothing."""

    async def forget(self) -> None:
        """Let go of what was told long ago."""
