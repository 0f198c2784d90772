"""/auditLogs: the provisioning log and the directory's audits, with their own rules of asking."""

from datetime import timedelta
from typing import Any

from sandbox.graph.routing import Ask, Router
from sandbox.listing import Kind, answer_list
from sandbox.properties import DIRECTORY_AUDIT, PROVISIONING_ROW
from sandbox.times import read_instant

Json = dict[str, Any]

router = Router()

_OPTIONS = frozenset({"$filter", "$orderby", "$top", "$skiptoken"})  # no $count, no $skip
ROWS = Kind(
    type_name="provisioningObjectSummary",
    properties=PROVISIONING_ROW,
    page=1000,
    largest_page=1000,
    directory=False,
    options=_OPTIONS,
)
AUDITS = Kind(
    type_name="directoryAudit",
    properties=DIRECTORY_AUDIT,
    page=1000,
    largest_page=1000,
    directory=False,
    options=_OPTIONS,
)
KEPT = timedelta(days=30)


@router.on("GET", "auditLogs/provisioning")
def provisioning(ask: Ask) -> Json:
    text = ask.options.get("$filter", "")
    rows = [row for app in ask.world.apps.values() for row in ask.world.rows(app, text)]
    return _page(ask, rows, ROWS)


@router.on("GET", "auditLogs/directoryAudits")
def directory_audits(ask: Ask) -> Json:
    return _page(ask, ask.world.audits, AUDITS)


def _page(ask: Ask, rows: list[Json], kind: Kind) -> Json:
    """Give the rows that are visible by now and not yet forgotten, newest first unless asked otherwise."""
    ask.stage.limits.check(ask.client_id, "auditLogs")
    now = ask.world.clock.now()
    visible = now - timedelta(seconds=ask.world.faults["logLagSeconds"])
    dated = [(read_instant(row["activityDateTime"]), row) for row in rows]
    shown = [(when, row) for when, row in dated if now - KEPT <= when <= visible]
    shown.sort(key=lambda each: each[0], reverse=True)
    return answer_list([row for _, row in shown], kind, ask.asked)
