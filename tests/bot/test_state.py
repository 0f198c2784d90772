"""What a conversation remembers survives JSON, and nothing that is not on the list does."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botbuilder.core import TurnContext
from botbuilder.dialogs import DialogInstance, DialogSet, DialogState, DialogTurnStatus, WaterfallDialog
from botbuilder.dialogs.choices import Choice, ListStyle
from botbuilder.dialogs.prompts import ChoicePrompt, PromptOptions, TextPrompt
from botbuilder.schema import ActionTypes, Activity, ActivityTypes, Attachment, CardAction

from bot.channel.adapter import context_of
from bot.channel.wire import arrival
from bot.state import Memory, UnknownTypeError, decode, encode


def stored(value: Any) -> Any:
    return json.loads(json.dumps(value))


def there_and_back(value: Any) -> Any:
    return decode(stored(encode(value)))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        1.5,
        "",
        "text",
        [],
        {},
        [1, [2, {"a": None}]],
        {"$": "DialogState"},
        {"$": {"$": 1}},
        {"version": 1, "speakers": {"a": {"last": {"intent": "status"}}}},
        datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
        ListStyle.hero_card,
    ],
)
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    assert there_and_back(value) == value


def test_a_whole_stack_comes_back() -> None:
    prompt = Activity(
        type=ActivityTypes.message,
        text="Which one?",
        attachments=[Attachment(content_type="card", content={"body": [1, {"x": None}]})],
        channel_data={"syncDesk": {"about": None}},
    )
    options = PromptOptions(
        prompt=prompt,
        choices=[Choice("AskCody", CardAction(type=ActionTypes.im_back, title="AskCody"), ["Cody"])],
        style=ListStyle.auto,
        number_of_attempts=2,
    )
    inner = DialogState([DialogInstance("prompt", {"options": options, "state": {}})])
    outer = DialogState([DialogInstance("root", {"dialogs": inner, "since": datetime(2026, 1, 1, tzinfo=UTC)})])
    back = there_and_back(outer)
    assert isinstance(back, DialogState)
    root = back.dialog_stack[0]
    assert (root.id, root.state["since"]) == ("root", datetime(2026, 1, 1, tzinfo=UTC))
    found = root.state["dialogs"].dialog_stack[0].state["options"]
    assert (found.prompt.text, found.style, found.number_of_attempts) == ("Which one?", ListStyle.auto, 2)
    assert found.prompt.attachments[0].content == {"body": [1, {"x": None}]}
    assert (found.choices[0].value, found.choices[0].synonyms, found.choices[0].action.title) == (
        "AskCody",
        ["Cody"],
        "AskCody",
    )
    assert stored(encode(back)) == stored(encode(outer))


@pytest.mark.parametrize("value", [object(), {1: "a"}, b"x", {"a": {1, 2}}, [lambda: None], Exception("x")])
def test_what_is_not_on_the_list_is_not_written(value: Any) -> None:
    with pytest.raises(UnknownTypeError):
        encode(value)


@pytest.mark.parametrize(
    "document",
    [
        {"$": "os.system", "v": "true"},
        {"$": "Unknown", "v": 1},
        {"$": 7, "v": 1},
        {"a": [{"$": None}]},
    ],
)
def test_what_is_not_on_the_list_is_not_read(document: Any) -> None:
    with pytest.raises((UnknownTypeError, KeyError)):
        decode(document)


def test_a_pickle_is_only_text() -> None:
    evil = {"py/reduce": [{"py/function": "os.getenv"}, {"py/tuple": ["HOME"]}]}
    assert decode(evil) == evil


@pytest.mark.parametrize(
    "document",
    [
        7,
        [],
        "x",
        {},
        {"dialogs": "1"},
        {"dialogs": "1", "value": {"$": "Unknown"}},
        {"dialogs": "1", "value": {"$": "datetime", "v": "yesterday"}},
        {"dialogs": "1", "value": {"$": "ListStyle", "v": "none such"}},
        {"dialogs": "1", "value": {"$": "DialogInstance", "v": 7}},
        {"dialogs": "2", "value": {}},
    ],
)
async def test_a_memory_that_cannot_be_read_is_forgotten_and_says_so(document: Any) -> None:
    memory = Memory(document, dialogs="1")
    assert memory.lost
    assert await memory.get(None, dict) == {}


async def test_a_default_is_made_once_and_kept() -> None:
    memory = Memory(None, dialogs="1")
    assert not memory.lost
    first = await memory.get(None, list)
    first.append("x")
    assert await memory.get(None, list) == ["x"]
    assert memory.document() == {"dialogs": "1", "value": ["x"]}
    await memory.set(None, {"a": 1})
    assert memory.document() == {"dialogs": "1", "value": {"a": 1}}
    await memory.delete(None)
    assert memory.document() is None


async def test_an_empty_stack_is_not_worth_keeping() -> None:
    memory = Memory(None, dialogs="1")
    await memory.get(None, DialogState)
    assert memory.document() is None


def message(text: str) -> TurnContext:
    raw = {
        "type": "message",
        "channelId": "msteams",
        "serviceUrl": "http://localhost",
        "conversation": {"id": "c"},
        "from": {"id": "29:a"},
        "recipient": {"id": "28:b"},
        "text": text,
    }
    return context_of(arrival(raw, text))[0]


async def test_a_real_dialog_goes_on_from_what_was_stored() -> None:
    answers: list[str] = []

    async def ask(step: Any) -> Any:
        prompt = Activity(type=ActivityTypes.message, text="Which app?")
        options = PromptOptions(prompt=prompt, choices=[Choice("AskCody"), Choice("Zoom")])
        return await step.prompt("choice", options)

    async def why(step: Any) -> Any:
        answers.append(step.result.value)
        return await step.prompt("text", PromptOptions(prompt=Activity(type=ActivityTypes.message, text="Why?")))

    async def end(step: Any) -> Any:
        answers.append(step.result)
        return await step.end_dialog()

    document: Any = None
    for text in ("go", "Zoom", "because"):
        memory = Memory(document, dialogs="1")
        dialogs = DialogSet(memory)
        dialogs.add(WaterfallDialog("w", [ask, why, end]))
        dialogs.add(ChoicePrompt("choice"))
        dialogs.add(TextPrompt("text"))
        context = await dialogs.create_context(message(text))
        result = await context.continue_dialog()
        if result.status == DialogTurnStatus.Empty:
            await context.begin_dialog("w")
        document = stored(memory.document())
    assert answers == ["Zoom", "because"]
    assert document is None
