"""Signing in: the client-credentials grant, tokens that end, and the words of a refusal."""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]

CLIENT_ID = "sync-desk"
READER_ID = "sync-desk-reader"  # may read, may not write: to see a 403
CLIENT_SECRET = "sandbox"  # noqa: S105 - printed in the documentation, opens nothing real


class SignIn:
    """Who holds which token, and until when (on the machine's own clock)."""

    def __init__(self, tenant_id: str, default_domain: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._names = {tenant_id.lower(), default_domain.lower()}
        self._clock = clock
        self._tokens: dict[str, tuple[str, float]] = {}

    def token(self, tenant: str, form: Mapping[str, Any], lifetime: int) -> tuple[int, Json]:
        """Answer POST /{tenant}/oauth2/v2.0/token: HTTP status and JSON."""
        if tenant.lower() not in self._names:
            return 400, _error("invalid_request", 90002, f"Tenant '{tenant}' not found.")
        if form.get("grant_type") != "client_credentials":
            return 400, _error("unsupported_grant_type", 70003, "Only client_credentials is granted here.")
        if form.get("client_id") not in (CLIENT_ID, READER_ID):
            text = f"Application with identifier '{form.get('client_id')}' was not found in the directory."
            return 401, _error("unauthorized_client", 700016, text)
        if form.get("client_secret") != CLIENT_SECRET:
            return 401, _error("invalid_client", 7000215, "Invalid client secret provided.")
        if not str(form.get("scope", "")).endswith("/.default"):
            return 400, _error("invalid_scope", 1002012, "The scope must end with /.default.")
        token = secrets.token_urlsafe(32)
        self._tokens[token] = (str(form["client_id"]), self._clock() + lifetime)
        answer = {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime}
        return 200, answer | {"access_token": token}

    def client_of(self, token: str) -> str | None:
        """Name the client a token was given to; None when it is unknown or has ended."""
        client, until = self._tokens.get(token, ("", 0.0))
        return client if client and until > self._clock() else None

    def expire_all(self) -> int:
        """End every token at once; gives how many were valid."""
        ended = sum(1 for _, until in self._tokens.values() if until > self._clock())
        self._tokens = {token: (client, 0.0) for token, (client, _) in self._tokens.items()}
        return ended


def openid_configuration(origin: str, tenant_id: str) -> Json:
    return {
        "issuer": f"{origin}/{tenant_id}/v2.0",
        "authorization_endpoint": f"{origin}/{tenant_id}/oauth2/v2.0/authorize",
        "token_endpoint": f"{origin}/{tenant_id}/oauth2/v2.0/token",
        "jwks_uri": f"{origin}/{tenant_id}/discovery/v2.0/keys",
        "response_types_supported": ["token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }


def _error(name: str, code: int, text: str) -> Json:
    return {"error": name, "error_description": f"AADSTS{code}: {text}", "error_codes": [code]}
