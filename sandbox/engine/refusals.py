"""An app's HTTP refusal becomes an Entra error code and the text that a log row carries."""

import json
from datetime import datetime, timedelta
from http import HTTPStatus

from sandbox.engine.demands import connector_code
from sandbox.engine.scim import Refused
from sandbox.times import write_instant
from sandbox.world import App

INCOMPATIBLE = "SystemForCrossDomainIdentityManagementServiceIncompatible"
# The service repeats these by itself in the next cycle; all others wait longer each time.
AUTOMATIC = frozenset(
    {"TooManyRequests", "InternalServerError", "WebExceptionProtocolError", "InternalError", "Timeout"}
)
_BY_STATUS = {
    401: "Unauthorized",
    403: "InsufficientRights",
    405: "MethodNotAllowed",
    408: "Timeout",
    422: "UnprocessableEntity",
    429: "TooManyRequests",
    501: "NotImplemented",
}
_MESSAGE = (
    "Processing of the HTTP request resulted in an exception. Please see the HTTP response returned by the "
    "'Response' property of this exception for details."
)
_BACK_OFF = (timedelta(hours=6), timedelta(hours=12), timedelta(hours=24))


def code_of(app: App, refused: Refused) -> str:
    """Choose the code that the provisioning service would write for a refusal."""
    named = connector_code(app, refused.detail)
    if named is not None:
        return named
    if refused.status == 409:
        unique = refused.scim_type == "uniqueness"
        return "EntryConflict" if unique else f"{INCOMPATIBLE}Filtering"
    if refused.status == 403 and "licence" in refused.detail:
        return "LicenseLimitExceeded"
    if refused.status == 404 and refused.method in ("PATCH", "PUT", "DELETE"):
        return "InvalidAnchor"
    if refused.status in _BY_STATUS:
        return _BY_STATUS[refused.status]
    return "InternalServerError" if refused.status >= 500 else INCOMPATIBLE


def text_of(refused: Refused) -> str:
    """Write the refusal as the log does: status word, message and the app's answer, parted by CRLF."""
    word = "".join(part.capitalize() for part in _phrase(refused.status).split())
    return f"StatusCode: {word}\r\nMessage: {_MESSAGE}\r\nWeb Response: \r\n{json.dumps(refused.body)}"


def retry_text(retries: int, next_attempt: datetime) -> str:
    when = write_instant(next_attempt)
    return f". This operation was retried {retries} times. It will be retried again after this date: {when} UTC"


def wait_after(retries: int, code: str, interval: timedelta | None) -> timedelta:
    """Say how long a failed person waits: the next cycle for passing faults, else 6 h, 12 h, then 24 h."""
    if code in AUTOMATIC and interval is not None:
        return interval
    return _BACK_OFF[min(retries, len(_BACK_OFF) - 1)]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.replace("-", " ")
    except ValueError:
        return str(status)
