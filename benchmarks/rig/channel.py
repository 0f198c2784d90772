"""The channel's side as values: its signing key, its tokens, the messages that it posts.

Every server under test trusts this key through metadata on loopback, as it would trust Microsoft's.
"""

import json
import time
from dataclasses import asdict, dataclass
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

APP = "11111111-2222-4333-8444-555555555555"
TENANT = "0f2b5a60-0000-4000-8000-000000000001"
PERSON = "0f2b5a60-0000-4000-8000-00000000000a"
ISSUER = "https://api.botframework.com"
SIGN_IN = "login.microsoftonline.com"
TEAMS = "https://smba.trafficmanager.net/emea/"  # what our door lets in; nothing is ever sent there
_KID = "benchmark"
_TWO_HOURS = 7200  # s


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What one server process is told, as JSON in its first argument."""

    port: int
    metadata: str  # URL of the OpenID document
    keys: str  # URL of the key set
    connector: str  # service URL on loopback, with a slash at its end
    database: str = ""

    def to_json(self) -> str:
        """The argument."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What ``to_json`` wrote."""
        return cls(**json.loads(text))


class Signer:
    """One RSA key of 2048 bits, the set that publishes it, and tokens that it signs."""

    def __init__(self) -> None:
        self._private = generate_private_key(public_exponent=65537, key_size=2048)

    def key_set(self) -> dict[str, Any]:
        """The JWKS document, with the endorsements that a channel's keys carry."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._private.public_key()))
        return {"keys": [{**public, "kid": _KID, "use": "sig", "endorsements": ["msteams", "webchat"]}]}

    def inbound(self, service_url: str) -> str:
        """The channel's token for the bot."""
        return self._signed(iss=ISSUER, aud=APP, serviceurl=service_url)

    def outbound(self) -> str:
        """The bot's token for the channel; real in form, since one of the peers reads its claims."""
        return self._signed(iss=f"https://sts.windows.net/{TENANT}/", aud=ISSUER, appid=APP, tid=TENANT)

    def _signed(self, **claims: str) -> str:
        now = int(time.time())
        times = {"iat": now, "nbf": now - 10, "exp": now + _TWO_HOURS}
        return jwt.encode({**claims, **times}, self._private, algorithm="RS256", headers={"kid": _KID})


def message(mark: str, conversation: str, service_url: str) -> bytes:
    """A personal message as Teams posts it; ``mark`` is its id and stands in its text."""
    activity = {
        "type": "message",
        "id": mark,
        "timestamp": "2026-01-05T09:00:00.000Z",
        "localTimestamp": "2026-01-05T10:00:00.000+01:00",
        "localTimezone": "Europe/Berlin",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {"id": "29:1aisha", "name": "Aisha Khan", "aadObjectId": PERSON},
        "recipient": {"id": f"28:{APP}", "name": "Sync Desk"},
        "conversation": {"id": conversation, "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "entities": [{"type": "clientInfo", "locale": "en-GB", "country": "GB", "platform": "Windows"}],
        "locale": "en-GB",
        "textFormat": "plain",
        "text": f"why can't José get into AskCody {mark}",
    }
    return json.dumps(activity).encode()
