"""A signed webhook: each step of a ticket is one JSON message, by the Standard Webhooks specification.

``webhook-id`` is the step's key and stays the same however often it is sent: the receiver drops what it has already.
"""

import json
import time
from collections.abc import Callable

from aiohttp import ClientSession

from provisioning.desks.http import Http
from provisioning.desks.signature import signed
from provisioning.errors import NotThereError, TryLaterError
from provisioning.handover import Link, Notice

NAME = "webhook"


class Webhook:
    """``Desk`` over any address that takes messages."""

    name = NAME

    def __init__(
        self, session: ClientSession, *, url: str, secret: bytes, clock: Callable[[], float] = time.time
    ) -> None:
        self._http = Http(session, origin=url, headers={}, name="The webhook's receiver")
        self._secret = secret
        self._clock = clock

    async def tell(self, notice: Notice, link: Link | None, *, again: bool) -> Link:
        """As the port says. There is nothing to look at: the receiver knows by the id what it has."""
        body = message(notice)
        headers = signed(self._secret, body, id=notice.key, at=int(self._clock()))
        try:
            await self._http.send("POST", "", body, headers=headers)
        except NotThereError as problem:  # an address that is being set up, not a record that is gone
            raise TryLaterError(str(problem)) from problem
        return link or Link(id=notice.mark, name=notice.mark)


def message(notice: Notice) -> bytes:
    """The body of one step."""
    told = {
        "type": f"ticket.{notice.what}",
        "timestamp": notice.at.isoformat(),
        "data": {
            "ticket": notice.ticket,
            "record": notice.mark,
            "step": notice.step,
            "status": notice.standing,
            "severity": notice.severity,
            "subject": notice.subject,
            "text": notice.text,
            "public": notice.public,
            "requester": {"name": notice.requester, "address": notice.address},
            "description": notice.description,
        },
    }
    return json.dumps(told, ensure_ascii=False).encode()
