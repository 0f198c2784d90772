"""Signed messages between desks, as the Standard Webhooks specification has them (symmetric, v1).

The signature is HMAC-SHA256 over ``<id>.<timestamp>.<body>``: who keeps a message cannot give it another id or date.
"""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from hashlib import sha256

from provisioning.errors import NotAllowedError

WINDOW = 300  # s that a message's date may be off, either way
SHORTEST = 24  # bytes of a secret, by the specification
LONGEST_ID = 200
_PREFIX = "whsec_"


def secret_of(words: str) -> bytes:
    """The key in ``whsec_<base64>``, or in plain words. ValueError when it is too short to protect anything."""
    key = words.encode()
    if words.startswith(_PREFIX):
        try:
            key = b64decode(words.removeprefix(_PREFIX), validate=True)
        except NotBase64:
            raise ValueError(f"after {_PREFIX}, base64 is expected") from None
    if len(key) < SHORTEST:
        raise ValueError(f"the secret has {len(key)} bytes, at least {SHORTEST} are needed")
    return key


def signed(secret: bytes, body: bytes, *, id: str, at: int) -> dict[str, str]:  # noqa: A002 – the header's name
    """The three headers that go with ``body``; ``at`` in seconds since 1970."""
    return {
        "webhook-id": id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{_mac(secret, id, str(at), body)}",
    }


def verified(secret: bytes, body: bytes, headers: Mapping[str, str]) -> tuple[str, str]:
    """The id and the date of a message from somebody with the secret; NotAllowedError says what is wrong with it.

    Several signatures may stand in the header, while a secret is being changed. Whether the date is a good one says
    ``in_time``.
    """
    name, at, signatures = (headers.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature"))
    if not (name and at and signatures):
        raise NotAllowedError("webhook-id, webhook-timestamp and webhook-signature are needed.")
    if len(name) > LONGEST_ID or not (name.isascii() and name.isprintable()):
        raise NotAllowedError("The webhook-id is not one.")
    mine = _mac(secret, name, at, body).encode()
    theirs = [value for version, _, value in (one.partition(",") for one in signatures.split()[:10]) if version == "v1"]
    if not any(hmac.compare_digest(mine, one.encode("utf-8", "surrogateescape")) for one in theirs):
        raise NotAllowedError("The signature is not right.")
    return name, at


def verified_by_jira(secret: bytes, body: bytes, headers: Mapping[str, str]) -> str:
    """The id of a message of Jira's own webhooks: X-Hub-Signature goes over the body alone, and the date is inside.

    The id that Jira sends is not signed, so the body's digest stands for it.
    """
    mine = "sha256=" + hmac.new(secret, body, sha256).hexdigest()
    theirs = headers.get("X-Hub-Signature", "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(mine.encode(), theirs):
        raise NotAllowedError("The signature is missing or not right.")
    return sha256(body).hexdigest()


def in_time(at: str, *, now: float, window: int = WINDOW) -> None:
    """NotAllowedError when ``at`` (seconds since 1970) is no number, or too far from ``now``."""
    if not (at.isascii() and at.isdigit() and len(at) <= 12):
        raise NotAllowedError("The timestamp is no number of seconds.")
    if abs(now - int(at)) > window:
        raise NotAllowedError(f"The timestamp is more than {window} seconds off.")


def _mac(secret: bytes, name: str, at: str, body: bytes) -> str:
    message = b".".join((name.encode("utf-8", "surrogateescape"), at.encode("utf-8", "surrogateescape"), body))
    return b64encode(hmac.new(secret, message, sha256).digest()).decode()
