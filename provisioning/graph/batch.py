"""Several reads in one round trip: Graph's ``$batch``, at most 20 parts, answered in any order and throttled singly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from provisioning.graph.addresses import query
from provisioning.graph.client import ATTEMPTS, GraphClient
from provisioning.graph.refusals import BUSY, Answer, TroubleError, busy

MOST = 20  # parts that Graph takes in one batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One read. ``path`` comes from ``addresses.path``; with a ``body`` it is a POST (that changes nothing)."""

    path: str
    options: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    eventual: bool = False  # asks Graph's search index

    def request(self, name: str) -> dict[str, Any]:
        """As Graph wants it: the address relative to the version."""
        asked = query(self.options)
        url = f"{self.path}?{asked}" if asked else self.path
        if self.body is None:
            asking = {"headers": {"ConsistencyLevel": "eventual"}} if self.eventual else {}
            return {"id": name, "method": "GET", "url": url, **asking}
        headers = {"Content-Type": "application/json"}
        return {"id": name, "method": "POST", "url": url, "headers": headers, "body": self.body}


class _PartAnswer(msgspec.Struct):
    id: str
    status: int
    headers: dict[str, str] | None = None
    body: msgspec.Raw = msgspec.Raw(b"null")


class _BatchAnswer(msgspec.Struct):
    responses: list[_PartAnswer]


async def batch(client: GraphClient, parts: Sequence[Part]) -> list[Answer]:
    """The answers in the order of the parts, refusals among them. Parts that are throttled are asked again alone."""
    if len(parts) > MOST:
        raise ValueError(f"Graph takes {MOST} parts in a batch, not {len(parts)}")
    answers: dict[str, Answer] = {}
    waiting = {str(number): part for number, part in enumerate(parts)}
    with client.asking():
        for attempt in range(1, ATTEMPTS + 1):
            answers |= await _once(client, waiting)
            waiting = {name: part for name, part in waiting.items() if answers[name].status in BUSY}
            if not waiting or attempt == ATTEMPTS:
                break
            waits = [client.wait_after(busy(answers[name]), attempt) for name in waiting]
            if not await client.pause(max(waits)):
                break
    return [answers[str(number)] for number in range(len(parts))]


async def batches(client: GraphClient, parts: Sequence[Part]) -> list[Answer]:
    """Any number of parts, one batch after the other."""
    answers: list[Answer] = []
    for start in range(0, len(parts), MOST):
        answers += await batch(client, parts[start : start + MOST])
    return answers


async def _once(client: GraphClient, parts: Mapping[str, Part]) -> dict[str, Answer]:
    body = {"requests": [part.request(name) for name, part in parts.items()]}
    answer = client.decode(await client.read_by_post("/$batch", body, calls=len(parts)), _BatchAnswer)
    found = {
        part.id: Answer(
            status=part.status,
            body=bytes(part.body),
            headers={name.lower(): value for name, value in (part.headers or {}).items()},
        )
        for part in answer.responses
    }
    if not parts.keys() <= found.keys():
        raise TroubleError("Microsoft Graph left parts of a batch unanswered.", reason="unreadable")
    return found
