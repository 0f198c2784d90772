"""The one door to Microsoft Graph: token, patience, Retry-After, paging and the translation of refusals are here.

Reads are repeated while the question's patience lasts; a write is sent once, whatever happens. Log lines hold the
method, the kind of thing asked for, status, milliseconds and Graph's request id: no ids, names or filters.
"""

import asyncio
import logging
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import msgspec
from yarl import URL

from provisioning.errors import NotAllowedError, RefusedError, UncertainError
from provisioning.graph import tally
from provisioning.graph.addresses import VERSION, origin, query
from provisioning.graph.clock import GraphClock
from provisioning.graph.refusals import BUSY, Answer, TroubleError, busy, refusal
from provisioning.graph.tally import Tally
from provisioning.graph.tokens import Tokens

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

logger = logging.getLogger(__name__)
T = TypeVar("T")

ATTEMPTS = 5
PATIENCE = 8.0  # seconds a person waits for one question, waits for Retry-After included
_MAYBE_DONE = frozenset({408, 500, 502, 504})  # a write answered like this may have happened
_WORD = re.compile(r"^[A-Za-z$][A-Za-z.]*$")


class Page(msgspec.Struct):
    """One page of a collection, its items still raw: one odd item must not spoil the others."""

    value: list[msgspec.Raw] = []
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing to ask. ``calls``: how many requests Graph counts it as; ``attempts``: how often it is sent at most."""

    method: str
    url: str
    eventual: bool = False
    body: Any = None
    calls: int = 1
    attempts: int = ATTEMPTS

    @property
    def headers(self) -> dict[str, str]:
        """What Graph has to know besides the token."""
        headers = {"Accept": "application/json"}
        if self.eventual:
            headers["ConsistencyLevel"] = "eventual"
        if self.body is not None:
            headers["Content-Type"] = "application/json"
        return headers


class GraphClient:
    """Asks Graph. Every method raises the errors of ``provisioning.errors`` and no other."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        credential: "AsyncTokenCredential",
        *,
        graph: str,
        patience: float = PATIENCE,
        timeout: float = 6.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        # aiohttp would send a PUT once more by itself when the connection breaks: a write is sent once, and reads have
        # their own patience. It has no public switch for that.
        session._retry_connection = False
        self._session = session
        self._origin = origin(graph)
        self._tokens = Tokens(credential, f"{self._origin}/.default")
        self._clock = GraphClock(monotonic)
        self._patience = patience
        self._timeout = timeout
        self._sleep = sleep
        self._monotonic = monotonic
        self._jitter = jitter

    def asking(self, patience: float | None = None) -> AbstractContextManager[Tally]:
        """Open one question (see ``tally``), by default with the patience of a person who waits."""
        return tally.asking(patience=self._patience if patience is None else patience, clock=self._monotonic)

    async def now(self) -> datetime:
        """Graph's clock; asks Graph once if it has not answered anything yet."""
        known = self._clock.now()
        if known is None:
            try:
                await self.get("/servicePrincipals", msgspec.Raw, options={"$top": "1", "$select": "id"})
            except NotAllowedError:
                logger.info("Graph refused to be read, and told its time by that")
            known = self._clock.now()
        if known is None:
            raise TroubleError("Microsoft Graph does not tell its time.", reason="unreadable")
        return known

    def monotonic(self) -> float:
        """Seconds of the clock that patience is measured on."""
        return self._monotonic()

    def last_known_time(self) -> datetime | None:
        """Graph's clock without asking."""
        return self._clock.now()

    async def get(
        self,
        path: str,
        into: type[T],
        *,
        options: Mapping[str, str] | None = None,
        eventual: bool = False,
        attempts: int = ATTEMPTS,
    ) -> T:
        """Read one thing. ``path`` comes from ``addresses.path``; ``eventual`` asks Graph's search index."""
        request = Request(method="GET", url=self._url(path, options), eventual=eventual, attempts=attempts)
        return self.decode(await self._read(request), into)

    async def pages(
        self, path: str, *, options: Mapping[str, str] | None = None, eventual: bool = False
    ) -> AsyncIterator[Page]:
        """The pages of a collection as they come; the caller stops when it has enough."""
        url: str | None = self._url(path, options)
        while url:
            page = self.decode(await self._read(Request(method="GET", url=url, eventual=eventual)), Page)
            yield page
            url = self._same_origin(page.next_link)

    async def follow(self, link: str) -> Page:
        """A page by the link that another page gave. RefusedError if it leads to another host."""
        return self.decode(await self._read(Request(method="GET", url=self._same_origin(link) or link)), Page)

    async def read_by_post(self, path: str, body: Any, *, calls: int = 1) -> Answer:
        """A POST that changes nothing (a batch of ``calls`` reads), so it is repeated like a GET."""
        return await self._read(Request(method="POST", url=self._url(path), body=body, calls=calls))

    async def post_once(self, path: str, body: Any, *, within: float) -> Answer:
        """A POST that is sent once: see ``write_once``."""
        return await self.write_once("POST", path, body, within=within)

    async def write_once(self, method: str, path: str, body: Any, *, within: float) -> Answer:
        """A write: sent once. TryLaterError only if nothing was done; UncertainError if nobody knows.

        ``within`` (seconds) stands alone: the question's patience is for reads.
        """
        if question := tally.current():
            question.start()
        token = await self._tokens.current()
        try:
            answer = await self._send(Request(method=method, url=self._url(path), body=body), token, within=within)
        except TroubleError as error:
            if error.reason == "unreachable":
                raise
            raise UncertainError("The order was sent and Microsoft Graph did not answer.") from error
        if answer.status in _MAYBE_DONE:
            raise UncertainError(f"Microsoft Graph broke down over the order ({answer.status}).")
        if answer.status == 401:
            await self._tokens.forget()  # rights given since it was made are not in it
        if answer.status == 401 and answer.code == "InvalidAuthenticationToken":
            raise TroubleError("The desk's sign-in had run out; nothing was done.", reason="signed_out", wait=1.0)
        return answer

    async def pause(self, wait: float) -> bool:
        """Wait as Graph asked; False, at once, if the question's patience does not last that long."""
        question = tally.current()
        if question is not None and wait >= question.deadline - self._monotonic():
            return False
        await self._sleep(wait)
        return True

    @staticmethod
    def decode(answer: Answer, into: type[T]) -> T:
        """The answer's body, or the error that it amounts to."""
        if not answer.good:
            raise refusal(answer)
        return read(answer.body, into)

    async def _read(self, request: Request) -> Answer:
        if tally.current() is None:
            with self.asking():
                return await self._read(request)
        attempt = 0
        while True:
            try:
                answer = await self._signed(request)
            except TroubleError as error:
                trouble = error
            else:
                if answer.status not in BUSY:
                    return answer
                trouble = busy(answer)
            attempt += 1
            if attempt >= request.attempts or not await self.pause(self.wait_after(trouble, attempt)):
                raise trouble

    def wait_after(self, trouble: TroubleError, attempt: int) -> float:
        """Seconds before the next try: Graph's Retry-After, or else 0.25–0.5, 0.5–1, 1–2, 2–4."""
        return trouble.wait if trouble.told else 2.0 ** (attempt - 2) * (0.5 + 0.5 * self._jitter())

    async def _signed(self, request: Request) -> Answer:
        """One attempt, with one more token if Graph refuses the one we hold."""
        question = tally.current()
        assert question is not None
        question.start(request.calls)
        token = await self._tokens.current()
        answer = await self._send(request, token, within=self._left(question))
        fresh = await self._tokens.instead_of(token, answer) if answer.status == 401 else None
        if fresh is None:
            return answer
        question.start(request.calls)
        return await self._send(request, fresh, within=self._left(question))

    def _left(self, question: Tally) -> float:
        left = question.deadline - self._monotonic()
        if left <= 0:
            raise TroubleError("Microsoft Graph took too long.", reason="timeout")
        return min(self._timeout, left)

    async def _send(self, request: Request, token: str, *, within: float) -> Answer:
        began = self._monotonic()
        try:
            async with self._session.request(
                request.method,
                URL(request.url, encoded=True),
                headers={"Authorization": f"Bearer {token}", **request.headers},
                data=None if request.body is None else msgspec.json.encode(request.body),
                timeout=aiohttp.ClientTimeout(total=within, sock_connect=min(within, 5.0)),
                allow_redirects=False,
            ) as response:
                answer = Answer(
                    status=response.status,
                    body=await response.read(),
                    headers={name.lower(): value for name, value in response.headers.items()},
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _network(error) from error
        self._clock.heard(answer.headers.get("date"))
        _note(request, answer, self._monotonic() - began)
        return answer

    def _url(self, path: str, options: Mapping[str, str] | None = None) -> str:
        asked = query(options or {})
        return f"{self._origin}{VERSION}{path}" + (f"?{asked}" if asked else "")

    def _same_origin(self, link: str | None) -> str | None:
        """The token goes to Graph only: a next page elsewhere is not followed."""
        if link and not link.startswith(self._origin + "/"):
            raise RefusedError("Microsoft Graph named a next page on another host; it was not followed.")
        return link


def _note(request: Request, answer: Answer, took: float) -> None:
    segments = [part if _WORD.match(part) else "*" for part in urlsplit(request.url).path.split("/")[2:]]
    logger.log(
        logging.DEBUG if answer.good else logging.INFO,
        "%s /%s %d in %.0f ms request-id=%s",
        request.method,
        "/".join(segments),
        answer.status,
        took * 1000,
        answer.request_id or "-",
    )


def read(body: bytes, into: type[T]) -> T:
    """JSON into values; numbers and booleans may come as strings. TryLaterError for anything unreadable."""
    try:
        return msgspec.json.decode(body, type=into, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TroubleError("Microsoft Graph's answer could not be read.", reason="unreadable") from error


def _network(error: Exception) -> TroubleError:
    """What a broken connection amounts to; only a connection that never stood proves that nothing was sent."""
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return TroubleError("Microsoft Graph cannot be reached.", reason="unreachable")
    if isinstance(error, TimeoutError):
        return TroubleError("Microsoft Graph took too long.", reason="timeout")
    return TroubleError("The connection to Microsoft Graph was lost.", reason="lost")
