"""Who fails in an app: everybody whose newest row of the provisioning log is a failure."""

from datetime import datetime

from msgspec import Struct

from provisioning.errors import RefusedError
from provisioning.graph.addresses import literal, path
from provisioning.graph.client import GraphClient, read
from provisioning.graph.logs import written
from provisioning.messages.lenient import instant

_PAGES = 10  # of 1000 rows
_PAGE = "1000"


class _Status(Struct):
    status: str | None = None


class _Identity(Struct, rename="camel"):
    id: str | None = None
    identity_type: str | None = None


class _Row(Struct, rename="camel"):
    activity_date_time: str | None = None
    provisioning_status_info: _Status | None = None
    source_identity: _Identity | None = None


async def read_failing(client: GraphClient, app_id: str, *, since: datetime) -> tuple[str, ...]:
    """Object ids, the newest failure first. RefusedError when the log since then is longer than the desk reads."""
    options = {
        "$top": _PAGE,
        "$orderby": "activityDateTime desc",
        "$filter": f"servicePrincipal/id eq {literal(app_id.lower())} and activityDateTime gt {written(since)}",
    }
    newest: dict[str, tuple[datetime, bool]] = {}
    pages = 0
    async for page in client.pages(path("auditLogs", "provisioning"), options=options):
        for raw in page.value:
            _keep_newest(newest, read(bytes(raw), _Row))
        pages += 1
        if pages == _PAGES and page.next_link:
            raise RefusedError("The provisioning log of the last days is longer than the desk reads.")
    return tuple(who for who, (_at, failed) in newest.items() if failed)


def _keep_newest(newest: dict[str, tuple[datetime, bool]], row: _Row) -> None:
    who, at = row.source_identity, instant(row.activity_date_time)
    if who is None or not who.id or (who.identity_type or "user").lower() != "user" or at is None:
        return
    failed = ((row.provisioning_status_info or _Status()).status or "").lower() == "failure"
    if who.id not in newest or at > newest[who.id][0]:
        newest[who.id] = (at, failed)
