"""The app's own SCIM side: scim2-server in process, with the rules that this app keeps to itself.

Everything enters through the server's own protocol code, so that a cycle and a client on the HTTP door meet
the same answers. The library is imported at first use: it costs more than the rest of the sandbox together.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.clock import Clock
from sandbox.world import App

if TYPE_CHECKING:
    from scim2_server.applications.wsgi import WSGIApplication

Json = dict[str, Any]

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


def _bytes(body: Json | None) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


def _error(status: int, detail: str) -> Json:
    return {"schemas": [_ERROR], "status": str(status), "detail": detail}
