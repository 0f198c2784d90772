"""Rows of the provisioning log as Graph writes them, by the thousand and one by one."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from msgspec import Raw

from provisioning.errors import RefusedError
from tests import worlds

REQUIRED = "Attribute 'emails[type eq \"work\"].value' is required."


def log_row(number: int, at: datetime, status: str = "success", **more: Any) -> dict[str, Any]:
    """One row about person ``number``."""
    who = f"00000000-0000-4000-8000-{number:012d}"
    row: dict[str, Any] = {
        "id": f"row-{number}-{at.isoformat()}",
        "activityDateTime": at.isoformat().replace("+00:00", "Z"),
        "provisioningAction": "create" if status != "skipped" else "other",
        "provisioningStatusInfo": {"status": status, "errorInformation": None},
        "provisioningSteps": [],
        "sourceIdentity": {"id": who, "displayName": f"Person {number}", "identityType": "User", "details": {}},
        "servicePrincipal": {"id": worlds.APP_ID, "displayName": "AskCody"},
    }
    return row | more


def failed(number: int, at: datetime, detail: str = REQUIRED, **more: Any) -> dict[str, Any]:
    """A failure in the words of the provisioning service."""
    body = json.dumps({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "detail": detail})
    again = (at + timedelta(hours=6)).isoformat().replace("+00:00", "Z")
    words = (
        "StatusCode: BadRequest\r\nMessage: Processing of the HTTP request resulted in an exception.\r\nWeb Response: "
        f"\r\n{body}. This operation was retried 2 times. It will be retried again after this date: {again} UTC"
    )
    error = {"errorCode": worlds.SERVICE_INCOMPATIBLE, "reason": words, "errorCategory": "failure"}
    step = {"name": "EntryExportAdd", "provisioningStepType": "export", "status": "failure", "details": {}}
    info = {"status": "failure", "errorInformation": error}
    return log_row(number, at, "failure", provisioningStatusInfo=info, provisioningSteps=[step], **more)


def skipped(number: int, at: datetime, reason: str, **details: str) -> dict[str, Any]:
    """A skip with its reason."""
    step = {
        "name": "EntrySynchronizationSkip",
        "provisioningStepType": "export",
        "status": "skipped",
        "details": {"SkipReason": reason, **details},
    }
    return log_row(number, at, "skipped", provisioningSteps=[step])


def raw(*rows: dict[str, Any]) -> list[Raw]:
    """As a page holds them."""
    return [Raw(json.dumps(row).encode()) for row in rows]


class Log:
    """``LogPages`` over rows that are made when they are asked for; ``forget``: links that Graph knows no more."""

    def __init__(
        self, count: int, make: Any, *, page: int = 1000, passing: Callable[[int], None] = lambda page: None
    ) -> None:
        self.count = count
        self.pages = 0
        self.forget = False
        self._make = make
        self._page = page
        self._passing = passing  # hears the number of each page

    async def log_page(self, app_id: str | None, *, since: datetime, link: str | None) -> tuple[list[Raw], str | None]:
        if link is not None and self.forget:
            self.forget = False
            raise RefusedError("Microsoft Graph refused the request (400).")
        self.pages += 1
        self._passing(self.pages)
        start = int(link) if link else self._after(since)
        end = min(start + self._page, self.count)
        rows = [Raw(json.dumps(self._make(number)).encode()) for number in range(start, end)]
        return rows, str(end) if end < self.count else None

    def _after(self, since: datetime) -> int:
        times: Iterator[int] = (n for n in range(self.count) if _at(self._make(n)) > since)
        return next(times, self.count)


def _at(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["activityDateTime"])
