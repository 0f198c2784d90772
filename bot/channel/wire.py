"""Activities as JSON: what a request must hold, what a person said in it, and models back to JSON with nothing lost.

The SDK's own reader and writer are not used: the one drops what it does not know and raises on what it does not
expect, the other leaves out every additional property, and its mention stripper cuts names out of sentences.
"""

import hashlib
import html
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from types import NoneType
from typing import Any

import msgspec

from dialogs.talk import Drawn
from provisioning.errors import DeskError

DEEPEST = 64  # levels of nesting; a card has about 15
_LONGEST_ID = 512  # bytes; Teams' have up to 200, and an index entry of PostgreSQL holds 2700
_FROM_PEOPLE = frozenset({"message", "messageUpdate", "invoke"})  # what somebody says to us: both ends are named
_KINDS = {"personal": "personal", "groupchat": "groupChat", "channel": "channel"}
_SPACES = re.compile(r"[^\S\n]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_WRITER = msgspec.json.Encoder()
_IN_ORDER = msgspec.json.Encoder(order="sorted")  # of the names of properties
_AS_IT_IS = frozenset({str, int, float, bool, NoneType, Drawn})
THREAD = ";messageid="


class UnreadableError(DeskError):
    """The body is not an activity; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Somebody who was mentioned: the channel's account id, the Entra object id where the channel gives it."""

    account: str
    object_id: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One activity as it came: the few things that everybody needs, and ``raw`` with everything else."""

    type: str
    id: str
    channel: str
    service_url: str
    tenant: str  # "" when the channel names none
    conversation: str
    kind: str  # personal, groupChat or channel
    text: str = ""
    locale: str | None = None
    name: str = ""  # of an invoke or event
    reply_to: str | None = None
    sender: Mapping[str, Any] = field(default_factory=dict)
    bot: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""  # the JSON text that ``raw`` was read from

    @property
    def object_id(self) -> str:
        """The sender's Entra object id as the channel vouches for it, "" without one."""
        return _identifier(self.sender.get("aadObjectId"))

    @property
    def key(self) -> str:
        """The activity's own name in the world: the same at every delivery."""
        return f"{self.tenant}/{self.conversation}/{self.id}"

    @property
    def room(self) -> str:
        """The conversation without its thread: the Teams channel itself."""
        return self.conversation.partition(THREAD)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One thing to send: ``method`` post, put or delete, ``target`` the activity that a put or delete changes.

    The ``body`` of a delete, if any, takes the activity's place where the channel takes nothing back.
    """

    method: str = "post"
    target: str | None = None
    body: Mapping[str, Any]
    about: str | None = None
    voice: str = "person"
    drawn: int = 0
    key: str | None = None


def read(body: bytes) -> Arrival:
    """The activity in a request's body. Raises UnreadableError with one sentence for whoever sent it."""
    try:
        text = body.decode("utf-8")
        raw = _decoded(text)
    except UnicodeDecodeError:
        raise UnreadableError("The body is not UTF-8.") from None
    except (ValueError, RecursionError):
        raise UnreadableError("The body is not valid JSON.") from None
    if not isinstance(raw, dict):
        raise UnreadableError("The body must be one JSON object.")
    if _too_deep(raw):
        raise UnreadableError(f"The body is nested deeper than {DEEPEST} levels.")
    return arrival(raw, text)


def _decoded(text: str) -> Any:
    """msgspec reads four times as fast, and less: what it refuses (half a surrogate pair, a number without end, what is
    no JSON at all) is for Python's reader to judge."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)


def arrival(raw: Mapping[str, Any], body: str) -> Arrival:
    """The same for JSON that was read already; ``body`` is its text."""
    conversation = raw.get("conversation")
    if not isinstance(conversation, dict):
        raise UnreadableError("The activity has no conversation.")
    kind, bot = _needed(raw, "type"), _account(raw.get("recipient"))
    if kind in _FROM_PEOPLE:
        _needed(_account(raw.get("from")), "id", "from.id")
        _needed(bot, "id", "recipient.id")
    return Arrival(
        type=kind,
        id=_identifier(raw.get("id")) or "body:" + hashlib.sha256(body.encode("utf-8", "replace")).hexdigest(),
        channel=_needed(raw, "channelId"),
        service_url=_needed(raw, "serviceUrl"),
        tenant=_tenant(raw, conversation),
        conversation=_needed(conversation, "id", "conversation.id"),
        kind=_kind(conversation),
        text=said(raw, _text(bot.get("id"))),
        locale=_identifier(raw.get("locale")) or None,
        name=_identifier(raw.get("name")),
        reply_to=_identifier(raw.get("replyToId")) or None,
        sender=_account(raw.get("from")),
        bot=bot,
        raw=raw,
        body=body,
    )


def said(raw: Mapping[str, Any], bot: str) -> str:
    """What the person typed: our own mention gone, other mentions as bare names, entities and spaces made plain."""
    text = _text(raw.get("text"))
    for named in mentioned(raw):
        word = " " if named.account == bot else named.name
        piece = named.text if named.text in text else f"<at>{html.escape(named.name, quote=False)}</at>"
        text = text.replace(piece, word, 1)
    return _tidy(html.unescape(text))


def mentioned(raw: Mapping[str, Any]) -> Iterator[Named]:
    """Every mention entity that says whom it means and by which piece of the text."""
    entities = raw.get("entities")
    for entity in entities if isinstance(entities, list) else ():
        if not isinstance(entity, dict) or _text(entity.get("type")).lower() != "mention":
            continue
        account = _account(entity.get("mentioned"))
        piece = _text(entity.get("text"))
        name = _text(account.get("name")) or re.sub(r"</?at[^>]*>", "", piece)
        if piece and (identifier := _identifier(account.get("id"))):
            object_id = _identifier(account.get("aadObjectId"))
            yield Named(account=identifier, object_id=object_id, name=_tidy(name), text=piece)


def plain(value: Any) -> Any:
    """An SDK model (or anything made of them) as JSON values: every mapped and every additional property."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is dict:
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    names = getattr(value, "_attribute_map", None)
    if names is None:
        return value
    found = plain(getattr(value, "additional_properties", None) or {})
    for attribute, wire in names.items():
        part = getattr(value, attribute, None)
        if part is not None:
            found[wire["key"]] = plain(part)
    return found


def dump(value: Any) -> str:
    """Compact JSON that PostgreSQL's json type and every connector take."""
    try:
        return _WRITER.encode(value).decode()
    except UnicodeEncodeError:  # half a surrogate pair, which only ASCII can carry
        return json.dumps(value, separators=(",", ":"), allow_nan=False)


def digest(body: Mapping[str, Any]) -> str:
    """What a reader sees of a message body, as a short fingerprint; the envelope does not count."""
    seen = [body.get("text"), [part.get("content") for part in body.get("attachments") or ()]]
    try:
        written = _IN_ORDER.encode(seen)
    except UnicodeEncodeError:
        written = json.dumps(seen, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(written.replace(b"\\u0000", b"")).hexdigest()[:32]  # the outbox leaves these out


def _no_constant(word: str) -> None:
    raise ValueError(word)  # NaN and Infinity are Python's, not JSON's


def _finite(word: str) -> float | None:
    number = float(word)
    return None if math.isinf(number) else number  # 1e999 is JSON, and could not be written again


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [part for node in level for part in _parts(node)]
        if not level:
            return False
    return True


def _parts(node: Any) -> list[Any]:
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [part for part in parts if isinstance(part, dict | list)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _account(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _tidy(text: str) -> str:
    """Without control characters, half surrogates and runs of spaces (no-break ones included)."""
    text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).encode("utf-8", "replace").decode()
    return "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n")).strip()


def _identifier(value: Any) -> str:
    """A word that we store and send back in a URL: short and printable."""
    word = _text(value)
    if not word.isprintable() or len(word) > _LONGEST_ID:  # half surrogates are not printable
        return ""
    return word if word.isascii() or len(word.encode()) <= _LONGEST_ID else ""


def _needed(raw: Mapping[str, Any], key: str, name: str = "") -> str:
    word = _identifier(raw.get(key))
    if not word:
        raise UnreadableError(f"The activity's {name or key} is missing or not a short text.")
    return word


def _tenant(raw: Mapping[str, Any], conversation: Mapping[str, Any]) -> str:
    channel_data = _account(raw.get("channelData"))
    tenant = _account(channel_data.get("tenant")).get("id")
    return _identifier(tenant) or _identifier(conversation.get("tenantId"))


def _kind(conversation: Mapping[str, Any]) -> str:
    known = _KINDS.get(_text(conversation.get("conversationType")).lower())
    return known or ("groupChat" if conversation.get("isGroup") is True else "personal")
