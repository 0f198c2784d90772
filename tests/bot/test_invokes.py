"""Every kind of question that Teams waits for has one place: answered in its shape, or 501 and a log line."""

import logging
from typing import Any

import pytest

from bot.invokes import NOT_OFFERED, Invokes
from bot.patience import Answer

# Every name that Microsoft documents for bots in Teams.
DOCUMENTED = {
    "actionableMessage/executeAction",
    "adaptiveCard/action",
    "application/search",
    "composeExtension/anonymousQueryLink",
    "composeExtension/fetchTask",
    "composeExtension/onCardButtonClicked",
    "composeExtension/query",
    "composeExtension/queryLink",
    "composeExtension/querySettingUrl",
    "composeExtension/selectItem",
    "composeExtension/setting",
    "composeExtension/submitAction",
    "config/fetch",
    "config/submit",
    "fileConsent/invoke",
    "handoff/action",
    "message/fetchTask",
    "message/submitAction",
    "signin/failure",
    "signin/tokenExchange",
    "signin/verifyState",
    "suggestedActions/submit",
    "tab/fetch",
    "tab/submit",
    "task/fetch",
    "task/submit",
}
TOKEN = "eyJhbGciOi.a-persons-own.token"


def of(bot: Any, name: Any, value: Any = None, **more: Any) -> dict[str, Any]:
    """An invoke."""
    return dict(bot.activity(type="invoke", name=name, value=value, **more))


def test_every_documented_kind_is_answered_or_said_to_be_not_offered() -> None:
    async def click(arrival: Any) -> Answer:
        return Answer(200)

    answered = Invokes(click=click).answered
    assert answered | set(NOT_OFFERED) == DOCUMENTED
    assert not answered & set(NOT_OFFERED)


async def test_a_click_on_a_card_goes_to_the_card(bot: Any, desk: Any) -> None:
    await bot.click("refresh")
    assert [click.verb for click in desk.clicked] == ["refresh"]


@pytest.mark.parametrize("value", [None, {}, {"data": {"msteams": {"type": "task/fetch"}}}, 7, ["x"]])
@pytest.mark.parametrize("name", ["task/fetch", "task/submit", "composeExtension/fetchTask"])
async def test_a_dialog_says_where_to_write(bot: Any, name: str, value: Any) -> None:
    status, body = await bot.post(of(bot, name, value))
    assert (status, body["task"]["type"]) == (200, "message")
    assert "Write to me" in body["task"]["value"]


async def test_it_says_so_in_the_language_of_whoever_asks(bot: Any) -> None:
    _, body = await bot.post(of(bot, "task/fetch", locale="de-DE"))
    assert "Chat" in body["task"]["value"]
    assert "Write" not in body["task"]["value"]


async def test_an_extension_says_where_to_write(bot: Any) -> None:
    status, body = await bot.post(of(bot, "composeExtension/query", {"commandId": "search"}))
    assert (status, body["composeExtension"]["type"]) == (200, "message")


async def test_a_token_is_not_taken_and_not_written_down(bot: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    status, body = await bot.post(
        of(bot, "signin/tokenExchange", {"id": "1", "connectionName": "graph", "token": TOKEN})
    )
    assert (status, body["id"], body["connectionName"]) == (412, "1", "graph")
    assert TOKEN not in caplog.text
    assert TOKEN not in str(body)
    assert await bot.rows(b"SELECT 1 FROM inbox") == []


@pytest.mark.parametrize(
    "value", [None, {"id": 7, "connectionName": []}, {"id": "x" * 300, "connectionName": "\u0000"}]
)
async def test_what_a_sign_in_hands_us_is_handed_back_only_when_it_is_short_text(bot: Any, value: Any) -> None:
    status, body = await bot.post(of(bot, "signin/tokenExchange", value))
    assert (status, body["id"], body["connectionName"]) == (412, "", "")


async def test_a_code_for_a_sign_in_that_was_never_begun_is_404(bot: Any) -> None:
    assert await bot.post(of(bot, "signin/verifyState", {"state": "123456"})) == (404, None)


async def test_an_answer_to_a_file_that_was_never_offered_is_404(bot: Any) -> None:
    assert await bot.post(of(bot, "fileConsent/invoke", {"type": "fileUpload", "action": "accept"})) == (404, None)


@pytest.mark.parametrize(
    ("code", "logged"),
    [
        ("resourcematchfailed", "sign in: resourcematchfailed"),
        ("two\nlines", "without a code"),
        (7, "without a code"),
    ],
)
async def test_a_failed_sign_in_is_one_line_in_the_log(
    bot: Any, caplog: pytest.LogCaptureFixture, code: Any, logged: str
) -> None:
    status, _ = await bot.post(of(bot, "signin/failure", {"code": code, "message": "aisha@fabrikam.example"}))
    assert status == 200
    (line,) = [record.getMessage() for record in caplog.records if record.name == "bot.invokes"]
    assert logged in line
    assert "aisha" not in line


@pytest.mark.parametrize("name", [*sorted(NOT_OFFERED), "new/kind", "x" * 400, "", None, 7, [], {"a": 1}])
async def test_what_is_not_offered_is_501_and_one_line_in_the_log(
    bot: Any, desk: Any, caplog: pytest.LogCaptureFixture, name: Any
) -> None:
    assert await bot.post(of(bot, name, {"action": {"verb": "provision"}})) == (501, None)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "bot.invokes"]
    assert "501" in line
    assert len(line) < 200
    assert desk.clicked == []
    assert await bot.rows(b"SELECT 1 FROM inbox") == []
