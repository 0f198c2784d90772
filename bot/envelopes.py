"""What goes around a message on its way to the channel."""

from collections.abc import Mapping
from typing import Any

from bot.outbox import Room


def envelope(body: Mapping[str, Any], room: Room) -> dict[str, Any]:
    """A message that is said in a conversation."""
    conversation = {
        "id": room.conversation,
        "conversationType": room.kind,
        "isGroup": room.kind != "personal",
        "tenantId": room.tenant,
    }
    return {**body, "channelId": room.channel, "from": dict(room.bot), "conversation": conversation}


def new_thread(body: Mapping[str, Any], room: Room) -> dict[str, Any]:
    """A new thread of a Teams channel, with its first message (in its envelope)."""
    first = {key: value for key, value in body.items() if key != "conversation"}
    return {
        "isGroup": True,
        "bot": dict(room.bot),
        "tenantId": room.tenant,
        "channelData": {"channel": {"id": room.conversation}, "tenant": {"id": room.tenant}},
        "activity": first,
    }
