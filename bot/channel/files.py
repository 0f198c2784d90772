"""Lists that people attach: found in an activity, fetched from Teams' own file store and from nowhere else.

The address of a file comes with the message, so it is not trusted: https, a known host, no redirect, no token of ours,
and never more than a list can weigh.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import aiohttp
from aiohttp import ClientSession, ClientTimeout

from dialogs.talk import File
from provisioning.errors import RefusedError, TryLaterError

MOST_BYTES = 1_000_000  # a thousand people with every column that a directory exports weigh a third of it
MOST_FILES = 3
PATIENCE = 10.0  # s
HOSTS = (".sharepoint.com", ".sharepoint.us", ".sharepoint-mil.us", ".sharepoint.cn")  # where Teams keeps files
_DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"
_TABLES = frozenset({"csv", "txt", "tsv"})
_TEXTS = frozenset({"text/csv", "text/plain", "text/tab-separated-values", "application/csv"})


def files_of(raw: Mapping[str, Any]) -> tuple[File, ...]:
    """The lists among an activity's attachments; pictures, cards and documents are left alone."""
    attachments = raw.get("attachments")
    found = (_file(one) for one in attachments or () if isinstance(one, dict)) if isinstance(attachments, list) else ()
    return tuple(file for file in found if file is not None)[:MOST_FILES]


def _file(attachment: Mapping[str, Any]) -> File | None:
    kind, content, name = attachment.get("contentType"), attachment.get("content"), attachment.get("name")
    name = name[:120] if isinstance(name, str) else ""
    if kind == _DOWNLOAD and isinstance(content, dict):
        url, sort = content.get("downloadUrl"), content.get("fileType") or name.rpartition(".")[2]
        if isinstance(url, str) and isinstance(sort, str) and sort.casefold() in _TABLES:
            return File(name=name, url=url)
    elif isinstance(kind, str) and kind.partition(";")[0].strip().casefold() in _TEXTS:
        url = attachment.get("contentUrl")
        if isinstance(content, str):
            return File(name=name, text=content[:MOST_BYTES])
        if isinstance(url, str):
            return File(name=name, url=url)
    return None


class Downloads:
    """``Files`` over HTTPS."""

    def __init__(self, *, hosts: Iterable[str] = HOSTS, trust_env: bool = True) -> None:
        """``hosts``: names, or endings that begin with a dot."""
        self._hosts = tuple(host.casefold() for host in hosts)
        self._trust_env = trust_env

    async def read(self, file: File) -> str:
        """The file's text. RefusedError for what is no list or lies elsewhere, TryLaterError when it cannot be had."""
        if file.text:
            return file.text
        return _decoded(_inline(file.url) if file.url.startswith("data:") else await self._fetched(file.url))

    async def _fetched(self, url: str) -> bytes:
        if not trusted(url, self._hosts):
            raise RefusedError("The file does not lie where Teams keeps files, so it was not fetched.")
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=PATIENCE), trust_env=self._trust_env) as session,
                session.get(url, allow_redirects=False) as response,
            ):
                if response.status != 200:
                    raise TryLaterError("The file could not be fetched; attach it again.")
                return b"".join([part async for part in _no_more(response.content.iter_chunked(65_536))])
        except (aiohttp.ClientError, TimeoutError, ValueError) as problem:
            raise TryLaterError("The file could not be fetched; attach it again.") from problem


def trusted(url: str, hosts: Iterable[str]) -> bool:
    """Whether an address is https on one of ``hosts`` (names, or endings that begin with a dot), in lower case."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").casefold(), parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or port not in {None, 443} or "@" in parts.netloc:
        return False
    return any(host.endswith(known) if known.startswith(".") else host == known for known in hosts)


async def _no_more(chunks: Any) -> Any:
    weight = 0
    async for chunk in chunks:
        weight += len(chunk)
        if weight > MOST_BYTES:
            raise RefusedError("The file is too large to be a list of people.")
        yield chunk


def _inline(url: str) -> bytes:
    head, _, body = url.partition(",")
    if len(body) > 2 * MOST_BYTES:
        raise RefusedError("The file is too large to be a list of people.")
    try:
        return base64.b64decode(body, validate=True) if head.endswith(";base64") else unquote_to_bytes(body)
    except binascii.Error:
        raise RefusedError("The file cannot be read.") from None


def _decoded(body: bytes) -> str:
    """Excel writes UTF-8 with a mark, UTF-16, or the machine's old code page."""
    for encoding in _encodings(body):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise RefusedError("The file is no text; save it as CSV and attach that.")


def _encodings(body: bytes) -> Iterator[str]:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield "utf-16"
    yield from ("utf-8-sig", "cp1252")
