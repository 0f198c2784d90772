"""Graph's refusals, put into our words: try later, not allowed, not there, refused. Its texts never leave this package.

Graph's own messages can name people and addresses, so only its error *codes* are passed on; the whole answer is
found in Microsoft's logs by the request id that the log line carries.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from provisioning.errors import DeskError, NotAllowedError, NotThereError, RefusedError, TryLaterError

BUSY = frozenset({429, 502, 503, 504})  # nothing is wrong with the question: the same one may be asked again
_LATER = BUSY | {408, 409, 423, 500}
_CONFLICT = frozenset({409, 423})
_CODE = re.compile(r"[A-Za-z0-9_.\-]{1,80}")


class TroubleError(TryLaterError):
    """Graph could not answer now.

    ``reason``: throttled, unavailable, conflict, timeout, unreachable, lost, signed_out or unreadable.
    """

    def __init__(self, message: str, *, reason: str, wait: float = 5.0, told: bool = False) -> None:
        super().__init__(message, wait=wait, reason=reason)
        self.told = told  # the wait is Graph's own Retry-After, not our guess


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, for a whole request or for one part of a batch. Header names are lower case."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether there is something to read."""
        return 200 <= self.status < 300

    @property
    def request_id(self) -> str | None:
        """What Microsoft's support asks for."""
        return self.headers.get("request-id")

    @property
    def retry_after(self) -> float | None:
        """Seconds, possibly fractional; None where Graph did not say (or said a date, which it does not document)."""
        try:
            return max(0.0, float(self.headers["retry-after"]))
        except (KeyError, ValueError):
            return None

    @property
    def code(self) -> str | None:
        """``error.code`` of a refusal, if it looks like a code."""
        try:
            body: Any = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        error = body.get("error") if isinstance(body, dict) else None
        code = error.get("code") if isinstance(error, dict) else None
        return code if isinstance(code, str) and _CODE.fullmatch(code) else None


def refusal(answer: Answer) -> DeskError:
    """The error that an answer other than 2xx amounts to."""
    code = answer.code
    if answer.status in _LATER:
        return busy(answer)
    if answer.status in (401, 403):
        message = f"Microsoft Graph does not allow this to the desk ({code or answer.status})."
        return NotAllowedError(message, code=code, unknown_caller=answer.status == 401)
    if answer.status in (404, 410):
        return NotThereError("Microsoft Graph does not know this object (any more).")
    return RefusedError(f"Microsoft Graph refused the request ({code or answer.status}).", code=code)


def busy(answer: Answer) -> TroubleError:
    """Graph cannot answer now, and may say for how long."""
    told = answer.retry_after
    wait = 5.0 if told is None else told
    if answer.status == 429:
        return TroubleError(
            "Microsoft Graph is throttling the desk.", reason="throttled", wait=wait, told=told is not None
        )
    if answer.status in _CONFLICT:
        return TroubleError(
            "Something else is changing this at Microsoft right now.",
            reason="conflict",
            wait=wait,
            told=told is not None,
        )
    return TroubleError(
        "Microsoft Graph is not available right now.", reason="unavailable", wait=wait, told=told is not None
    )


def reason(error: DeskError) -> str:
    """A few words for ``Evidence.unread``: what kept us from reading, with Graph's code where there is one."""
    match error:
        case TroubleError():
            return error.reason
        case NotAllowedError() | RefusedError():
            word = "not_allowed" if isinstance(error, NotAllowedError) else "refused"
            return f"{word}: {error.code}" if error.code else word
        case NotThereError():
            return "not_there"
        case _:
            return "unavailable"
