"""The failures of one app within the last day, in one small read: whom else it hits, and what became of groups.

An incident brings many questions about one app, and the log takes five reads in ten seconds: what was read for one
question serves the others for a minute. Nobody's own rows are taken from it.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from provisioning.attempts import LogEvent
from provisioning.graph.addresses import literal, path
from provisioning.graph.client import GraphClient, Page, read
from provisioning.graph.logs import written
from provisioning.messages import read_log_row
from provisioning.messages.lenient import mapping, pick, text

LATELY = timedelta(days=1)
KEPT = 60.0  # seconds
_MOST_APPS = 200
_TOP = "100"  # rows with their steps weigh some kilobytes each


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Newest first, each with the id that it is about, in lower case. ``whole``: the day has no more of them."""

    people: tuple[tuple[str, LogEvent], ...]
    groups: tuple[tuple[str, LogEvent], ...]
    whole: bool


async def read_failures(client: GraphClient, app_id: str, *, now: datetime) -> Failures:
    """Asked once: the answer can do without, and the log's few reads are for the person."""
    where = (
        f"servicePrincipal/id eq {literal(app_id.lower())} and provisioningStatusInfo/status eq 'failure'"
        f" and activityDateTime gt {written(now - LATELY)}"
    )
    options = {"$top": _TOP, "$orderby": "activityDateTime desc", "$filter": where}
    page = await client.get(path("auditLogs", "provisioning"), Page, options=options, attempts=1)
    people: list[tuple[str, LogEvent]] = []
    groups: list[tuple[str, LogEvent]] = []
    for raw in page.value:
        row = read(bytes(raw), dict[str, Any])
        source = mapping(pick(row, "sourceIdentity"))
        kind = (text(pick(source, "identityType", "type")) or "user").lower()
        if who := text(pick(source, "id")):
            (groups if kind == "group" else people).append((who.lower(), read_log_row(row)))
    return Failures(people=tuple(people), groups=tuple(groups), whole=page.next_link is None)


class RecentFailures:
    """The failures of apps, each read once a minute at most. One reading serves everybody who waits for it."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        self._kept: dict[str, tuple[float, Failures]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, app_id: str) -> Failures:
        """As ``read_failures``; what could not be read is asked for again by the next question."""
        async with self._locks[app_id]:
            until, known = self._kept.get(app_id, (float("-inf"), None))
            if known is not None and self._client.monotonic() < until:
                return known
            read_now = await read_failures(self._client, app_id, now=await self._client.now())
            if len(self._kept) >= _MOST_APPS:
                self._kept.clear()
            self._kept[app_id] = (self._client.monotonic() + KEPT, read_now)
            return read_now
