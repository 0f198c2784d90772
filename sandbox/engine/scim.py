"""The app's own SCIM side: scim2-server in process, with the rules that this app keeps to itself.

Everything enters through the server's own protocol code, so that a cycle and a client on the HTTP door meet
the same answers. The library is imported at first use: it costs more than the rest of the sandbox together.
"""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.clock import Clock
from sandbox.engine.paths import read_path
from sandbox.world import App

if TYPE_CHECKING:
    from scim2_server.applications.wsgi import WSGIApplication

Json = dict[str, Any]

_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class Refused(Exception):  # noqa: N818 - a refusal is an answer here, not a mistake
    """The app answered with something other than success."""

    def __init__(self, status: int, body: Json | None, method: str, path: str) -> None:
        self.status = status
        self.body = body or {}
        self.method = method
        self.path = path
        super().__init__(f"{method} {path}: {status} {self.body.get('detail')}")

    @property
    def detail(self) -> str:
        return str(self.body.get("detail") or "")

    @property
    def scim_type(self) -> str | None:
        return self.body.get("scimType")


class ScimSide:
    """One app's SCIM endpoints, at `/Users` and `/Groups`."""

    def __init__(self, app: App, clock: Clock, origin: str) -> None:
        self.app = app
        self.clock = clock
        self.base = f"{origin}/scim/{app.id}/v2"
        self._server: WSGIApplication | None = None

    def call(self, method: str, path: str, body: Json | None = None, query: Mapping[str, str] | None = None) -> Any:
        """Speak to the app as Entra does; gives the JSON answer or raises Refused."""
        status, answer, _ = self.serve(
            method, path, dict(query or {}), {"Content-Type": "application/scim+json"}, _bytes(body)
        )
        if status >= 400:
            raise Refused(status, answer, method, path)
        return answer

    def serve(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Json | None, dict[str, str]]:
        """Answer one request, from the engine or from the HTTP door: status, JSON, headers."""
        state = self.app.target
        if state["down"]:
            return 503, _error(503, "The service is temporarily unavailable."), {}
        if state["credentialsExpired"]:
            return 401, _error(401, "The access token is expired or was revoked."), {}
        from scim2_server.requests import ScimRequest

        server = self._opened()
        answer = server.serve(
            ScimRequest(method=method, base_url=self.base, path=path, query=query, headers=headers, body=body)
        )
        return int(answer.status), answer.body, answer.headers

    def _opened(self) -> "WSGIApplication":
        if self._server is None:
            from sandbox.engine.scim_store import open_server

            self._server = open_server(self.app, self.clock)
        return self._server


def complaint(app: App, account: Json, others: list[Json]) -> tuple[int, str | None, str] | None:
    """Say what the app itself finds wrong with an account: status, scimType, detail; None when all is well."""
    for path in app.target["required"]:
        if read_path(account, path) in (None, ""):
            return 400, "invalidValue", f"Required attribute '{path}' is missing or empty."
    refused = refused_value(app, account)
    if refused is not None:
        return refused
    for path in app.target["unique"]:
        value = read_path(account, path)
        if value is not None and any(_same(read_path(each, path), value) for each in others):
            return 409, "uniqueness", f"Another account already has this value for '{path}'."
    seats = app.target["seats"]
    taken = sum(1 for each in others if each.get("active", True))
    if seats is not None and account.get("active", True) and taken >= seats:
        return 403, None, f"All {seats} licences of this subscription are in use."
    return None


def refused_value(app: App, account: Json, only: tuple[str, ...] = ()) -> tuple[int, str | None, str] | None:
    """Find a value that the app rejects, among some attributes or all."""
    for reject in app.target["rejects"]:
        if only and reject["attribute"] not in only:
            continue
        value = read_path(account, reject["attribute"])
        if value is not None and re.fullmatch(reject["pattern"], str(value)):
            return reject["status"], reject["scimType"], reject["detail"]
    return None


def connector_code(app: App, detail: str) -> str | None:
    """Give the error code that the tenant file wants for one of its refusals."""
    for reject in app.target["rejects"]:
        if reject["detail"] == detail:
            code: str | None = reject["errorCode"]
            return code
    return None


def _same(left: Any, right: Any) -> bool:
    return left is not None and str(left).lower() == str(right).lower()


def _bytes(body: Json | None) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


def _error(status: int, detail: str) -> Json:
    return {"schemas": [_ERROR], "status": str(status), "detail": detail}


def user_schemas(account: Json) -> list[str]:
    return [_CORE_USER] + ([_ENTERPRISE] if _ENTERPRISE in account else [])
