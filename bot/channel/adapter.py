"""A turn for the dialogs: the SDK's context over an adapter that sends nothing and remembers everything.

What a dialog says is kept in order and goes out after the turn was committed, or not at all.
"""

from collections.abc import Awaitable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from botbuilder.core import BotAdapter, TurnContext
from botbuilder.schema import (
    Activity,
    ActivityTypes,
    Attachment,
    ChannelAccount,
    ConversationAccount,
    ConversationReference,
    Entity,
    ResourceResponse,
)

from bot.channel.wire import Arrival, Letter, plain
from dialogs.talk import MARK

# What the outbox fills in by itself when it sends, or what nobody should see.
_ENVELOPE = ("id", "serviceUrl", "channelId", "conversation", "from", "timestamp", "localTimestamp", "callerId")


_KNOWN = frozenset(wire["key"] for wire in Activity._attribute_map.values())


class Listener(BotAdapter):  # type: ignore[misc]  # the SDK has no types
    """Keeps what the turn says, in ``letters``."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[Letter] = []

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        """Keep messages; traces and typing are the SDK's own and go nowhere."""
        self.letters += [_said(activity) for activity in activities if activity.type == ActivityTypes.message]
        return [ResourceResponse(id="") for _ in activities]

    async def update_activity(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        """Keep an edit."""
        self.letters.append(_said(activity, method="put", target=activity.id))
        return ResourceResponse(id=activity.id)

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        """Keep a deletion."""
        self.letters.append(Letter(method="delete", target=reference.activity_id, body={}))


class _Context(TurnContext):  # type: ignore[misc]  # as above
    """The SDK's, but gone when its turn is. The SDK goes through the handlers of what is said by a function that calls
    itself, and that holds the whole context until the garbage collector comes, for which everybody waits."""

    async def _emit(self, plugins: Sequence[Any], arg: Any, logic: Awaitable[Any]) -> Any:
        if plugins:
            return await super()._emit(plugins, arg, logic)
        return await logic


def context_of(arrival: Arrival) -> tuple[TurnContext, Listener]:
    """A context to run dialogs in, and the listener that hears what they say."""
    listener = Listener()
    return _Context(listener, activity_of(arrival)), listener


def activity_of(arrival: Arrival) -> Activity:
    """The SDK's model of an arrival: cleaned text, and whatever the model does not know as additional properties."""
    raw = arrival.raw
    activity = Activity(
        type=arrival.type,
        id=arrival.id,
        channel_id=arrival.channel,
        service_url=arrival.service_url,
        from_property=_account(arrival.sender),
        recipient=_account(arrival.bot),
        conversation=_conversation(arrival),
        text=arrival.text,
        locale=arrival.locale,
        name=arrival.name or None,
        reply_to_id=arrival.reply_to,
        value=raw.get("value"),
        channel_data=raw.get("channelData"),
        entities=[_entity(part) for part in _objects(raw.get("entities"))],
        attachments=[_attachment(part) for part in _objects(raw.get("attachments"))],
        timestamp=_instant(raw.get("timestamp")),
    )
    return _with_rest(activity, raw, _KNOWN)


def _said(activity: Activity, *, method: str = "post", target: str | None = None) -> Letter:
    body = plain(activity)
    for key in _ENVELOPE:
        body.pop(key, None)
    channel_data = body.pop("channelData", None)
    note: Mapping[str, Any] = {}
    if isinstance(channel_data, dict):
        note = channel_data.pop(MARK, None) or {}
        if channel_data:
            body["channelData"] = channel_data
    about, voice = note.get("about"), note.get("voice") or "person"
    return Letter(method=method, target=target, body=body, about=about, voice=voice)


def _account(raw: Mapping[str, Any]) -> ChannelAccount:
    account = ChannelAccount(
        id=raw.get("id"), name=raw.get("name"), aad_object_id=raw.get("aadObjectId"), role=raw.get("role")
    )
    return _with_rest(account, raw, {"id", "name", "aadObjectId", "role"})


def _conversation(arrival: Arrival) -> ConversationAccount:
    raw = arrival.raw["conversation"]
    account = ConversationAccount(
        id=arrival.conversation, name=raw.get("name"), is_group=raw.get("isGroup"), conversation_type=arrival.kind
    )
    return _with_rest(account, raw, {"id", "name", "isGroup", "conversationType"})


def _entity(raw: Mapping[str, Any]) -> Entity:
    return _with_rest(Entity(type=raw.get("type")), raw, {"type"})


def _with_rest(model: Any, raw: Mapping[str, Any], used: Collection[str]) -> Any:
    """The constructors drop what they do not know, so it is put in afterwards."""
    model.additional_properties = {key: part for key, part in raw.items() if key not in used}
    return model


def _attachment(raw: Mapping[str, Any]) -> Attachment:
    return Attachment(
        content_type=raw.get("contentType"),
        content_url=raw.get("contentUrl"),
        content=raw.get("content"),
        name=raw.get("name"),
    )


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _instant(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
