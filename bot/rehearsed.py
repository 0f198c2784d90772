"""What jobs and failures need to be remembered, remembered for one question only: the command line keeps nothing."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from provisioning.errors import NotThereError
from provisioning.failing import NOISE, Cluster, Failures, Fate, Seen, Sweep, fates
from provisioning.history import SchemaChange
from provisioning.model import Cause, Execution, Job, Retry
from provisioning.orders import Order
from provisioning.schemas import RawSchema


class NoHistory:
    """``History`` of a desk that has seen nothing."""

    async def observe(self, jobs: Sequence[Job]) -> None:
        """Nothing is kept."""

    async def cycles(self, app_id: str, *, most: int = 30) -> Sequence[Execution]:
        """None."""
        return ()

    async def full_cycles(self, app_id: str, *, most: int = 5) -> Sequence[Execution]:
        """None."""
        return ()

    async def schema_seen(self, app_id: str, job_id: str, fingerprint: str, at: datetime) -> None:
        """Nothing is kept."""

    async def schema_changes(self, app_id: str, *, since: datetime) -> Sequence[SchemaChange]:
        """None."""
        return ()


class RehearsedOrders:
    """``OrderBooks`` and their ledger in memory; what would be queued or audited is not."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """Itself."""
        yield self

    async def read(self, order_id: str) -> Order:
        """NotThereError if it was not added."""
        if order_id not in self._orders:
            raise NotThereError("There is no such order (any more).")
        return self._orders[order_id]

    order = read

    async def add_order(self, order: Order) -> Order:
        """Kept for this question."""
        return await self.save_order(order)

    async def save_order(self, order: Order) -> Order:
        """One version on."""
        self._orders[order.id] = replace(order, version=order.version + 1)
        return self._orders[order.id]

    async def order_under_way(self, app_id: str) -> Order | None:
        """Nobody else asks here."""
        return None

    async def of_app(self, app_id: str, *, most: int = 10) -> Sequence[Order]:
        """Those of this question."""
        return [order for order in self._orders.values() if order.app.id == app_id][:most]

    async def keep_schema(self, order_id: str, which: str, schema: RawSchema) -> None:
        """Nothing is kept."""

    async def kept_schema(self, order_id: str, which: str) -> RawSchema | None:
        """None."""
        return None

    async def audit(self, **line: Any) -> None:
        """Looking is audited where it is done for somebody."""

    async def defer(self, work: str, **arguments: Any) -> None:
        """There is no background."""


class RehearsedFailures:
    """``FailureBooks`` in memory: what the first pages of a log come to."""

    def __init__(self) -> None:
        self._sweeps: dict[str, Sweep] = {}
        self._failing: dict[tuple[str, str, str], Fate] = {}
        self._noise: Counter[str] = Counter()

    async def sweep(self, scope: str) -> Sweep | None:
        """See ``FailureBooks``."""
        return self._sweeps.get(scope)

    async def keep(
        self, before: Sweep, after: Sweep, page: Sequence[Seen], *, again: bool = False, show: bool = False
    ) -> Sweep:
        """See ``FailureBooks``; nothing is queued."""
        for fate in fates(page):
            key = (after.scope, fate.newest.app_id, fate.newest.object_id)
            known = self._failing.pop(key, None)
            if fate.since is not None:
                self._failing[key] = _joined(known, fate)
        self._noise.update(seen.outcome.value for seen in page if seen.outcome in NOISE)
        self._sweeps[after.scope] = replace(after, version=before.version + 1)
        return self._sweeps[after.scope]

    async def failures(self, scope: str, *, most: int = 20) -> Failures | None:
        """See ``FailureBooks``."""
        if scope not in self._sweeps:
            return None
        groups: dict[str, list[Fate]] = {}
        for (where, _app, _object), fate in self._failing.items():
            if where == scope:
                groups.setdefault(fate.newest.cluster, []).append(fate)
        clusters = sorted(
            (_cluster(key, some) for key, some in groups.items()), key=lambda one: (-one.count, one.since)
        )
        return Failures(
            sweep=self._sweeps[scope],
            clusters=tuple(clusters[:most]),
            count=sum(cluster.count for cluster in clusters),
            further=max(0, len(clusters) - most),
            noise=dict(self._noise),
        )

    async def people(self, scope: str, cluster: str, *, page: int, size: int) -> Sequence[str]:
        """See ``FailureBooks``."""
        ids = sorted(
            key[2] for key, fate in self._failing.items() if key[0] == scope and fate.newest.cluster == cluster
        )
        return ids[page * size : (page + 1) * size]


def _joined(known: Fate | None, fate: Fate) -> Fate:
    """A page's word added to what was known."""
    if known is None or known.since is None or fate.anew or known.newest.cluster != fate.newest.cluster:
        return fate
    return replace(fate, since=known.since, times=known.times + fate.times)


def _cluster(key: str, some: Sequence[Fate]) -> Cluster:
    one = some[0].newest
    retries = [fate.newest.next_retry for fate in some if fate.newest.next_retry]
    return Cluster(
        id=key,
        app_id=one.app_id,
        cause=one.cause or Cause.UNEXPLAINED,
        owner=one.owner,
        retry=one.retry or Retry.AFTER_FIX,
        code=one.code,
        attributes=one.attributes,
        words=one.words,
        count=len(some),
        since=min(fate.since.at for fate in some if fate.since),
        last=max(fate.newest.at for fate in some),
        times=sum(fate.times for fate in some),
        next_retry=min(retries, default=None),
    )
