"""Dialogs speak into a listener: everything is kept in order, nothing is sent."""

import gc
import weakref
from typing import Any

from botbuilder.core import CardFactory, MessageFactory
from botbuilder.schema import Activity, ActivityTypes

from bot.channel.adapter import activity_of, context_of
from bot.channel.wire import arrival, plain
from dialogs.talk import Reply, to_activity

RAW: dict[str, Any] = {
    "type": "message",
    "id": "7",
    "channelId": "msteams",
    "serviceUrl": "https://smba.trafficmanager.net/emea/",
    "conversation": {"id": "a:1", "conversationType": "personal", "tenantId": "t1", "isGroup": False},
    "from": {"id": "29:a", "name": "Aisha", "aadObjectId": "oid", "extra": 1},
    "recipient": {"id": "28:bot", "name": "Bot"},
    "text": "<at>Bot</at>  hello",
    "entities": [{"type": "mention", "mentioned": {"id": "28:bot"}, "text": "<at>Bot</at>"}, {"type": "clientInfo"}],
    "attachments": [{"contentType": "text/html", "content": "<p>hello</p>"}],
    "channelData": {"tenant": {"id": "t1"}},
    "value": {"a": [1]},
    "locale": "de-DE",
    "timestamp": "2026-11-24T03:00:00.123Z",
    "localTimezone": "Europe/Berlin",
    "somethingNew": {"x": 1},
}


def test_a_model_has_the_clean_text_and_keeps_what_it_does_not_know() -> None:
    activity = activity_of(arrival(RAW, ""))
    assert activity.text == "hello"
    back = plain(activity)
    for key in ("from", "recipient", "entities", "attachments", "channelData", "value", "locale", "somethingNew"):
        assert back[key] == RAW[key]
    assert back["conversation"] == RAW["conversation"]
    assert activity.timestamp is not None


async def test_what_is_said_is_kept_in_order_with_its_note_and_without_its_envelope() -> None:
    context, listener = context_of(arrival(RAW, ""))
    await context.send_activity(to_activity(Reply(text="one")))
    card = {"type": "AdaptiveCard", "body": []}
    await context.send_activity(to_activity(Reply(card=card, summary="s", about="case:1", voice="agent")))
    one, two = listener.letters
    assert (one.method, one.body["text"], one.about, one.voice) == ("post", "one", None, "person")
    assert (two.about, two.voice, two.body["summary"]) == ("case:1", "agent", "s")
    assert two.body["attachments"][0]["content"] == card
    for letter in (one, two):
        assert not {"channelData", "conversation", "from", "serviceUrl", "channelId", "id"} & set(letter.body)
        assert letter.body["replyToId"] == "7"


async def test_other_channel_data_stays() -> None:
    context, listener = context_of(arrival(RAW, ""))
    activity = to_activity(Reply(text="one"))
    activity.channel_data["feedbackLoop"] = {"type": "default"}
    await context.send_activity(activity)
    assert listener.letters[0].body["channelData"] == {"feedbackLoop": {"type": "default"}}


async def test_edits_and_deletions_are_kept_too() -> None:
    context, listener = context_of(arrival(RAW, ""))
    edit = MessageFactory.attachment(CardFactory.adaptive_card({"type": "AdaptiveCard"}))
    edit.id = "m3"
    await context.update_activity(edit)
    await context.delete_activity("m4")
    assert [(letter.method, letter.target) for letter in listener.letters] == [("put", "m3"), ("delete", "m4")]


async def test_traces_and_typing_go_nowhere() -> None:
    context, listener = context_of(arrival(RAW, ""))
    await context.send_activity(Activity(type=ActivityTypes.trace, name="x"))
    await context.send_activity(Activity(type=ActivityTypes.typing))
    assert listener.letters == []


async def test_a_turn_leaves_nothing_that_only_the_garbage_collector_finds() -> None:
    gc.collect()
    gc.disable()
    try:
        context, listener = context_of(arrival(RAW, ""))
        await context.send_activity("hello")
        await context.update_activity(Activity(type=ActivityTypes.message, id="m1", text="hello"))
        gone = weakref.ref(context)
        del context, listener
        assert gone() is None
    finally:
        gc.enable()


async def test_whoever_wants_to_hear_what_is_said_still_does() -> None:
    heard: list[str] = []

    async def hear(_: Any, said: list[Activity], following: Any) -> None:
        heard.extend(one.text for one in said)
        await following()

    context, listener = context_of(arrival(RAW, ""))
    context.on_send_activities(hear)
    await context.send_activity("hello")
    assert (heard, len(listener.letters)) == (["hello"], 1)
