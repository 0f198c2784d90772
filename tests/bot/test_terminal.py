"""The chat in the terminal: cards as text, buttons as numbers, edits as they come, over the wire that Teams speaks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.loopback import reserve, serving
from bot.terminal import CARD, ERROR, MESSAGE, ChatError, Person, Terminal, person_of, terminal
from provisioning.errors import NotThereError

AISHA = Person(id="11111111-2222-4333-8444-555555555555", name="Aisha Khan")
Json = dict[str, Any]


def a_card(title: str, *actions: Json, **more: Any) -> Json:
    return {
        "type": "AdaptiveCard",
        "body": [{"type": "TextBlock", "text": title}, *more.get("blocks", ())],
        "actions": list(actions),
    }


def execute(title: str, verb: str, **data: Any) -> Json:
    return {"type": "Action.Execute", "title": title, "verb": verb, "data": data}


def message(card: Json) -> Json:
    return {"type": "message", "attachments": [{"contentType": CARD, "content": card}]}


@dataclass
class Bot:
    """A bot of a few lines: ``answer`` makes the reply to a message, ``clicked`` the body that answers a click."""

    answer: Callable[[str], Json] = lambda text: {"type": "message", "text": f"You said: {text}"}
    clicked: Json = field(default_factory=dict)
    heard: list[Json] = field(default_factory=list)
    status: int = 202
    sent: str = ""  # id of the last message that the client took
    connector: str = ""

    async def hear(self, request: web.Request) -> web.Response:
        activity = await request.json()
        self.heard.append(activity)
        if activity["type"] == "invoke":
            return web.json_response(self.clicked)
        if self.status == 202:
            conversation = activity["conversation"]["id"]
            self.connector = f"{activity['serviceUrl']}/v3/conversations/{conversation}/activities"
            self.sent = (await self.call("POST", self.connector, self.answer(activity["text"])))["id"]
        return web.Response(status=self.status)

    async def edit(self, card: Json) -> None:
        await self.call("PUT", f"{self.connector}/{self.sent}", message(card))

    async def call(self, method: str, url: str, body: Json) -> Json:
        async with aiohttp.ClientSession() as session, session.request(method, url, json=body) as answer:
            assert answer.status < 300
            found: Json = await answer.json()
            return found


@asynccontextmanager
async def chatting(bot: Bot) -> AsyncIterator[tuple[Terminal, list[str]]]:
    """The chat, and what it printed so far."""
    app = web.Application()
    app.router.add_post("/api/messages", bot.hear)
    printed: list[str] = []
    async with (
        serving(app, reserve(0)) as origin,
        terminal(bot=f"{origin}/api/messages", tenant_id="t", person=AISHA, say=printed.append) as chat,
    ):
        yield chat, printed


async def test_what_is_typed_reaches_the_bot_as_from_teams_and_the_answer_is_printed() -> None:
    bot = Bot()
    async with chatting(bot) as (chat, printed):
        await chat.send("hello")
    assert printed == ["You said: hello"]
    (heard,) = bot.heard
    assert heard["from"]["aadObjectId"] == AISHA.id
    assert heard["channelId"] == "msteams" and heard["conversation"]["conversationType"] == "personal"
    assert heard["channelData"]["tenant"]["id"] == heard["conversation"]["tenantId"] == "t"


async def test_a_card_is_drawn_and_its_buttons_are_numbers() -> None:
    bot = Bot(
        answer=lambda text: message(a_card("The mail is empty.", execute("Provision now", "provision", case="7")))
    )
    bot.clicked = {"statusCode": 200, "type": CARD, "value": a_card("Running …")}
    async with chatting(bot) as (chat, printed):
        await chat.send("status")
        await chat.send("1")
    assert printed == ["The mail is empty.\n\n[1] Provision now", "(updated)\nRunning …"]
    click = bot.heard[1]
    assert click["name"] == "adaptiveCard/action" and click["replyToId"] == bot.sent
    assert click["value"]["action"] == {"type": "Action.Execute", "verb": "provision", "data": {"case": "7"}}


async def test_a_click_that_changes_nothing_says_so() -> None:
    card = a_card("As before.", execute("Refresh", "refresh", case="7"))
    bot = Bot(answer=lambda text: message(card), clicked={"type": CARD, "value": card})
    async with chatting(bot) as (chat, printed):
        await chat.send("status")
        await chat.send("1")
    assert printed[1:] == ["(nothing new)"]


async def test_an_edit_from_the_background_is_drawn_when_it_comes() -> None:
    bot = Bot(answer=lambda text: message(a_card("Running …")))
    async with chatting(bot) as (chat, printed):
        await chat.send("status")
        await bot.edit(a_card("Provisioned."))
        await bot.edit(a_card("Provisioned."))
    assert printed == ["Running …", "(updated)\nProvisioned."]


async def test_a_refused_click_is_told_in_the_bots_words() -> None:
    bot = Bot(answer=lambda text: message(a_card("Card", execute("Take it", "take_ticket", ticket=5))))
    bot.clicked = {"statusCode": 403, "type": ERROR, "value": {"code": "x", "message": "Only the helpdesk may."}}
    async with chatting(bot) as (chat, printed):
        await chat.send("status")
        await chat.send("1")
    assert printed[1:] == ["Only the helpdesk may."]


async def test_a_click_that_is_answered_in_words_shows_them() -> None:
    bot = Bot(answer=lambda text: message(a_card("Card", execute("Take it", "take_ticket", ticket=5))))
    bot.clicked = {"statusCode": 200, "type": MESSAGE, "value": "It has changed since."}
    async with chatting(bot) as (chat, printed):
        await chat.send("status")
        await chat.send("1")
    assert printed[1:] == ["It has changed since."]


async def test_a_number_without_a_button_is_explained_and_one_without_a_card_is_a_message() -> None:
    bot = Bot()
    async with chatting(bot) as (chat, printed):
        await chat.send("42")
        bot.answer = lambda text: message(a_card("Card", execute("Refresh", "refresh")))
        await chat.send("status")
        await chat.send("2")
    assert printed[0] == "You said: 42"
    assert printed[2] == "There is no button 2; there are 1 to 1."


async def test_a_button_that_wants_a_text_takes_the_next_line() -> None:
    search = {"type": "Input.Text", "id": "text", "label": "Search again", "value": "jos"}
    bot = Bot(answer=lambda text: message(a_card("Nobody.", execute("Search", "ask", text=""), blocks=[search])))
    async with chatting(bot) as (chat, printed):
        await chat.send("status jos")
        await chat.send("1")
        await chat.send("jose")
    assert printed[1] == "Search: write it and press Enter."
    assert bot.heard[1]["value"]["action"]["data"] == {"text": "jose"}


async def test_a_link_is_printed_instead_of_opened() -> None:
    link = {"type": "Action.OpenUrl", "title": "Open in Entra", "url": "https://entra.microsoft.com/x"}
    bot = Bot(answer=lambda text: message(a_card("Card", link)))
    async with chatting(bot) as (chat, printed):
        await chat.send("status")
        await chat.send("1")
    assert printed[1] == "https://entra.microsoft.com/x"


async def test_a_bot_that_refuses_ends_the_chat_with_a_sentence() -> None:
    async with chatting(Bot(status=403)) as (chat, _printed):
        with pytest.raises(ChatError, match="refused the message \\(HTTP 403\\)"):
            await chat.send("hello")


async def test_a_bot_that_is_gone_ends_the_chat_with_a_sentence() -> None:
    with reserve(0) as door:
        nobody = f"http://127.0.0.1:{door.getsockname()[1]}/api/messages"
    async with terminal(bot=nobody, tenant_id="t", person=AISHA, say=print) as chat:
        with pytest.raises(ChatError, match="cannot be reached"):
            await chat.send("hello")


async def test_an_edit_of_a_message_that_is_not_there_is_refused() -> None:
    async with chatting(Bot()) as (chat, printed):
        url = f"{chat.connector}/v3/conversations/c/activities/nothing"
        async with aiohttp.ClientSession() as session, session.put(url, json=message(a_card("x"))) as answer:
            assert answer.status == 404
    assert printed == []


async def test_waiting_for_quiet_waits_for_the_last_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.terminal.QUIET", 0.2)
    bot = Bot(answer=lambda text: message(a_card("Running …")))
    async with chatting(bot) as (chat, printed):
        await chat.send("status")
        later = asyncio.create_task(bot.edit(a_card("Provisioned.")))
        await chat.settle()
        assert printed[-1] == "(updated)\nProvisioned."
        await later


async def test_people_are_found_by_their_addresses_in_any_case() -> None:
    someone = {"id": AISHA.id, "displayName": AISHA.name, "userPrincipalName": "aisha@fabrikam.example", "mail": None}

    async def people(request: web.Request) -> web.Response:
        return web.json_response({"people": [someone]})

    app = web.Application()
    app.router.add_get("/play/people", people)
    async with serving(app, reserve(0)) as tenant:
        assert await person_of(tenant, " AISHA@fabrikam.example") == AISHA
        for nobody in ("", "jose@fabrikam.example"):
            with pytest.raises(NotThereError, match="Nobody in the company"):
                await person_of(tenant, nobody)
    with pytest.raises(ChatError, match="cannot be reached"):
        await person_of(tenant, AISHA.name)
