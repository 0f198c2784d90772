"""Activities are read from anything, cleaned without cutting words, and written with nothing lost."""

import json
from typing import Any

import pytest
from botbuilder.schema import (
    Activity,
    ActivityTypes,
    Attachment,
    ChannelAccount,
    Entity,
    InputHints,
    SuggestedActions,
)
from hypothesis import given
from hypothesis import strategies as st

from bot.channel.wire import UnreadableError, arrival, digest, dump, mentioned, plain, read, said

BOT = "28:bot"


def mention(account: str, name: str, text: str = "") -> dict[str, Any]:
    return {"type": "mention", "mentioned": {"id": account, "name": name}, "text": text or f"<at>{name}</at>"}


def heard(text: Any, *mentions: dict[str, Any]) -> str:
    return said({"text": text, "entities": list(mentions)}, BOT)


@pytest.mark.parametrize("name", ["Sync Desk", "My Bot (dev)", "C++ Bot", "Bot & Co", "status", "^.*$", "Bot <3"])
def test_our_own_mention_goes_whatever_our_name_is(name: str) -> None:
    assert heard(f"<at>{name}</at> status of {name} users", mention(BOT, name)) == f"status of {name} users"


def test_a_mention_that_the_text_holds_escaped_goes_too() -> None:
    assert heard("<at>Bot &amp; Co</at> help", mention(BOT, "Bot & Co")) == "help"


def test_other_people_stay_by_name() -> None:
    jose = mention("29:jose", "José García")
    assert heard("<at>Desk</at> status <at>José García</at>", mention(BOT, "Desk"), jose) == "status José García"


def test_a_name_in_several_pieces_stays_whole() -> None:
    pieces = [mention("29:j", "José"), mention("29:j", "García")]
    assert heard("status <at>José</at> <at>García</at>", *pieces) == "status José García"


def test_somebody_who_is_called_like_the_bot_stays() -> None:
    entities = [mention(BOT, "Max"), mention("29:max", "Max")]
    assert heard("<at>Max</at> status <at>Max</at>", *entities) == "status Max"


def test_mentioned_twice_we_go_twice() -> None:
    entities = [mention(BOT, "Desk"), mention(BOT, "Desk")]
    assert heard("<at>Desk</at> hello <at>Desk</at>", *entities) == "hello"


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("status&nbsp;jose\u00a0 in\tAskCody ", "status jose in AskCody"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("first\r\nsecond\r third", "first\nsecond\nthird"),
        ("\n\n  hello  \n\n", "hello"),
        ("nul\x00 and bell\x07", "nul and bell"),
        ("half \ud83d pair", "half ? pair"),
        ("", ""),
        (None, ""),
        (["x"], ""),
    ],
)
def test_text_is_made_plain(typed: Any, clean: str) -> None:
    assert heard(typed) == clean


@given(st.text())
def test_any_text_becomes_one_that_can_be_stored(typed: str) -> None:
    clean = heard(typed)
    assert "\x00" not in clean
    assert "\u00a0" not in clean
    assert clean == clean.strip()
    clean.encode("utf-8")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_KEYS = st.sampled_from(
    ["type", "id", "from", "recipient", "entities", "text", "channelData", "locale", "value", "name", "replyToId"]
)


@given(st.dictionaries(_KEYS, _JSON))
def test_anything_inside_an_activity_is_read_or_refused_in_words(odd: dict[str, Any]) -> None:
    activity = {
        "type": "message",
        "channelId": "msteams",
        "serviceUrl": "http://localhost",
        "conversation": {"id": "c"},
        "from": {"id": "29:a"},
        "recipient": {"id": BOT},
        **odd,
    }
    try:
        found = read(json.dumps(activity).encode())
    except UnreadableError as problem:
        assert str(problem)
    else:
        assert found.raw["conversation"] == {"id": "c"}
        list(mentioned(found.raw))


def usual(**more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "id": "7",
        "channelId": "msteams",
        "serviceUrl": "https://smba.trafficmanager.net/emea/",
        "conversation": {"id": "19:x@thread.tacv2;messageid=5", "conversationType": "channel", "tenantId": "t2"},
        "channelData": {"tenant": {"id": "t1"}},
        "from": {"id": "29:a", "aadObjectId": "oid"},
        "recipient": {"id": BOT},
        **more,
    }


def test_what_everybody_needs_is_found() -> None:
    found = read(json.dumps(usual(locale="de-DE", replyToId="3", name="adaptiveCard/action")).encode())
    assert (found.type, found.id, found.channel, found.kind) == ("message", "7", "msteams", "channel")
    assert (found.tenant, found.object_id, found.locale) == ("t1", "oid", "de-DE")
    assert (found.reply_to, found.name, found.room) == ("3", "adaptiveCard/action", "19:x@thread.tacv2")


@pytest.mark.parametrize(
    ("conversation", "kind"),
    [
        ({"conversationType": "personal"}, "personal"),
        ({"conversationType": "groupChat"}, "groupChat"),
        ({"conversationType": "groupchat"}, "groupChat"),
        ({"conversationType": "channel"}, "channel"),
        ({"isGroup": True}, "groupChat"),
        ({}, "personal"),
        ({"conversationType": "something new", "isGroup": True}, "groupChat"),
    ],
)
def test_the_kind_of_conversation_is_one_of_three(conversation: dict[str, Any], kind: str) -> None:
    raw = usual(conversation={"id": "c", **conversation})
    assert arrival(raw, "").kind == kind


def test_the_tenant_may_stand_with_the_conversation() -> None:
    assert arrival(usual(channelData=None), "").tenant == "t2"


def test_an_activity_without_an_id_gets_the_same_one_each_time() -> None:
    raw = usual(id=None)
    first, second = arrival(raw, "body"), arrival(raw, "body")
    assert first.id == second.id
    assert first.id != arrival(raw, "another body").id


def test_nothing_of_a_model_is_lost_on_the_wire() -> None:
    entity = Entity(type="https://schema.org/Message")
    entity.additional_properties = {"@type": "Message", "citation": [{"position": 1}]}
    account = ChannelAccount(id="29:a", aad_object_id="oid")
    account.additional_properties = {"isTargeted": True}
    activity = Activity(
        type=ActivityTypes.message,
        text="hello",
        input_hint=InputHints.expecting_input,
        recipient=account,
        entities=[entity],
        attachments=[Attachment(content_type="card", content={"type": "AdaptiveCard", "body": [None, {"x": None}]})],
        suggested_actions=SuggestedActions(to=["29:a"]),
        channel_data={"feedbackLoop": {"type": "default"}},
    )
    activity.additional_properties = {"quotedReply": "9"}
    assert plain(activity) == {
        "quotedReply": "9",
        "type": "message",
        "text": "hello",
        "inputHint": "expectingInput",
        "recipient": {"isTargeted": True, "id": "29:a", "aadObjectId": "oid"},
        "entities": [{"@type": "Message", "citation": [{"position": 1}], "type": "https://schema.org/Message"}],
        "attachments": [{"contentType": "card", "content": {"type": "AdaptiveCard", "body": [None, {"x": None}]}}],
        "suggestedActions": {"to": ["29:a"]},
        "channelData": {"feedbackLoop": {"type": "default"}},
    }


def test_a_fingerprint_is_of_what_is_seen() -> None:
    card = {"attachments": [{"content": {"a": 1, "b": 2}}], "inputHint": "x"}
    same = {"attachments": [{"content": {"b": 2, "a": 1}}], "replyToId": "9"}
    other = {"attachments": [{"content": {"a": 1, "b": 3}}]}
    assert digest(card) == digest(same) != digest(other)
    assert digest({"text": "a"}) != digest({"text": "b"})


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"a": "é\x00"}, '{"a":"é\\u0000"}'),
        ({"a": "é\ud800\x00"}, '{"a":"\\u00e9\\ud800\\u0000"}'),
        ({"a": float("inf"), "b": 10**30}, f'{{"a":null,"b":{10**30}}}'),
    ],
)
def test_whatever_came_can_be_written_again(value: Any, written: str) -> None:
    assert dump(value) == written
    assert len(digest({"text": value["a"]})) == 32


def test_a_number_that_nobody_can_write_is_read_as_none() -> None:
    body = json.dumps(usual()).encode()[:-1] + b',"value":[1e999,1.5,"\\ud800"]}'
    assert json.loads(dump(read(body).raw))["value"] == [None, 1.5, "\ud800"]


@pytest.mark.parametrize("odd", ["\ud800", "a\x00b", "x" * 600, "\U00020000" * 200, 7, None, ["x"]])
def test_an_id_that_cannot_be_stored_is_none(odd: Any) -> None:
    raw = usual(**{"from": {"id": "29:a", "aadObjectId": odd}})
    raw["entities"] = [{"type": "mention", "mentioned": {"id": odd, "name": "x"}, "text": "x"}]
    found = arrival(raw, "")
    assert found.object_id == ""
    assert list(mentioned(raw)) == []
