"""Graph's addresses: how a path is read, and which function answers it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from sandbox.errors import GraphRefusalError, bad_request
from sandbox.listing import Asked
from sandbox.stage import Stage
from sandbox.world import World

Json = dict[str, Any]

_KEYED = re.compile(r"^(?P<name>[\w.]+)\((?:(?P<alternate>\w+)=)?'?(?P<key>[^']*?)'?\)$")
_CASTS = frozenset({"graph.user", "graph.group", "graph.room", "graph.workspace", "graph.desk", "graph.roomlist"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One Graph request, from the door or from inside a batch."""

    stage: Stage
    method: str
    path: str  # relative to the service root, still percent-encoded, without the query
    options: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: Any
    client_id: str

    @property
    def world(self) -> World:
        return self.stage.world

    @property
    def asked(self) -> Asked:
        root = f"{self.stage.origin}/v1.0"
        return Asked(
            url=f"{root}/{self.path}",
            context=f"{root}/$metadata",
            options=self.options,
            eventual=self.headers.get("consistencylevel", "").lower() == "eventual",
        )

    def json_body(self) -> Json:
        if not isinstance(self.body, dict):
            raise bad_request("Unable to read JSON request payload.")
        return self.body


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[..., Any]  # (ask, *ids) -> Json | Answer


class Router:
    """The addresses that are answered, in the order they were added."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, list[str], Handler]] = []

    def on(self, method: str, pattern: str) -> Callable[[Handler], Handler]:
        """Register a handler for a pattern such as "users/{}/memberOf"."""

        def register(handler: Handler) -> Handler:
            self._routes.append((method, pattern.lower().split("/"), handler))
            return handler

        return register

    def include(self, other: "Router") -> None:
        self._routes += other._routes

    def dispatch(self, ask: Ask) -> Answer:
        segments = segments_of(ask.path)
        methods = set()
        for method, pattern, handler in self._routes:
            ids = _matched(pattern, segments)
            if ids is None:
                continue
            if method == ask.method:
                result = handler(ask, *ids)
                return result if isinstance(result, Answer) else Answer(200, result)
            methods.add(method)
        if methods:
            message = "Specified HTTP method is not allowed for the request target."
            raise GraphRefusalError(405, "Request_BadRequest", message, headers={"Allow": ", ".join(sorted(methods))})
        raise bad_request(f"Resource not found for the segment '{segments[-1] if segments else ''}'.")


def segments_of(path: str) -> list[str]:
    """Split a path as Graph reads it: `users('x')` is users/x, `graph.` and `microsoft.graph.` are the same."""
    segments: list[str] = []
    for raw in path.strip("/").split("/"):
        text = unquote(raw).replace("microsoft.graph.", "graph.", 1)
        keyed = _KEYED.match(text)
        if keyed is not None:
            segments.append(_plain(keyed["name"]))
            if keyed["key"]:
                segments.append(f"{keyed['alternate']}={keyed['key']}" if keyed["alternate"] else keyed["key"])
        else:
            segments.append(_plain(text))
    return segments


def _plain(text: str) -> str:
    """Drop the namespace of an action or function; a type cast keeps it."""
    if text.startswith("graph.") and text.lower() not in _CASTS:
        return text.removeprefix("graph.")
    return text


def _matched(pattern: list[str], segments: list[str]) -> list[str] | None:
    if len(pattern) != len(segments):
        return None
    ids = []
    for wanted, found in zip(pattern, segments, strict=True):
        if wanted == "{}":
            ids.append(found)
        elif wanted != found.lower():
            return None
    return ids
