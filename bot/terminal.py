"""``sync-desk chat``: the same conversation in a terminal. Cards are drawn as text, their buttons are numbers.

To the bot it is one more Teams-like client: it posts activities to the messaging endpoint and is itself the connector
that the answers and the later edits come to, over real HTTP on loopback.
"""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4, uuid5

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bot.loopback import reserve, serving
from cards.plain import Button, buttons, plain_text, shown_text
from cards.words import _
from provisioning.errors import NotThereError

CARD = "application/vnd.microsoft.card.adaptive"
ERROR = "application/vnd.microsoft.error"
MESSAGE = "application/vnd.microsoft.activity.message"
ANSWERS_WITHIN = 30.0  # s
QUIET = 2.0  # s without news after which input that is not typed by hand is taken to be answered in full
_SPACE = UUID("1c0ffb5e-2f7f-4c35-9b38-0f5d5b0c7a64")  # namespace of the conversation ids made here

Json = dict[str, Any]


class ChatError(Exception):
    """The bot cannot be talked to; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who types."""

    id: str
    name: str


@dataclass
class Terminal:
    """One person's chat with one bot. ``say`` prints; ``bot`` is the messaging endpoint."""

    bot: str
    tenant_id: str
    person: Person
    say: Callable[[str], None]
    session: ClientSession
    connector: str = ""
    _messages: dict[str, Json] = field(default_factory=dict)
    _asking: Button | None = None  # was pressed and wants a text
    _newest: str = ""  # the id of the message whose buttons the numbers mean
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, text: str) -> None:
        """Say something; a number clicks that button of the newest card, which may want a line of text next."""
        if asking := self._asking:
            self._asking = None
            await self._click(asking, {**asking.data, asking.asks: text})
            return
        if text.isdecimal() and (offered := self._offered()):
            await self._press(offered, int(text))
            return
        self._news.clear()
        await self._post(self._activity() | {"type": "message", "text": text, "textFormat": "plain"})
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), ANSWERS_WITHIN)

    async def settle(self) -> None:
        """Wait until there has been nothing new for a moment."""
        with suppress(TimeoutError):
            while True:
                self._news.clear()
                await asyncio.wait_for(self._news.wait(), QUIET)

    def _offered(self) -> tuple[Button, ...]:
        card = _card_of(self._messages.get(self._newest, {}))
        return buttons(card) if card else ()

    async def _press(self, offered: tuple[Button, ...], number: int) -> None:
        if not 1 <= number <= len(offered):
            self.say(_("There is no button {number}; there are 1 to {last}.").format(number=number, last=len(offered)))
            return
        button = offered[number - 1]
        if button.url:
            self.say(button.url)
        elif button.shows:
            self.say(shown_text(_card_of(self._messages[self._newest]) or {}, button.shows))
        elif button.asks:
            self._asking = button
            self.say(_("{title}: write it and press Enter.").format(title=button.title))
        else:
            await self._click(button, button.data)

    async def _click(self, button: Button, data: Mapping[str, Any]) -> None:
        action = {"type": "Action.Execute", "verb": button.verb, "data": dict(data)}
        body = await self._post(
            self._activity()
            | {
                "type": "invoke",
                "name": "adaptiveCard/action",
                "replyToId": self._newest,
                "value": {"action": action, "trigger": "manual"},
            }
        )
        kind, value = body.get("type"), body.get("value")
        if kind == CARD and isinstance(value, dict):
            activity = {"attachments": [{"contentType": CARD, "content": value}]}
            if drawn(activity) == drawn(self._messages[self._newest]):
                self.say(_("(nothing new)"))
            self._show(self._newest, activity)
        elif kind == ERROR and isinstance(value, dict):
            self.say(str(value.get("message", "")))
        elif kind == MESSAGE and isinstance(value, str):
            self.say(value)

    def _activity(self) -> Json:
        conversation = f"a:1{uuid5(_SPACE, f'{self.tenant_id}/{self.person.id}').hex}"
        return {
            "id": str(uuid4()),
            "channelId": "msteams",
            "serviceUrl": self.connector,
            "from": {"id": f"29:1{uuid5(_SPACE, self.person.id).hex}", "name": self.person.name}
            | {"aadObjectId": self.person.id},
            "recipient": {"id": f"28:{uuid5(_SPACE, 'bot')}", "name": "Sync Desk"},
            "conversation": {"id": conversation, "conversationType": "personal", "tenantId": self.tenant_id},
            "channelData": {"tenant": {"id": self.tenant_id}},
        }

    async def _post(self, activity: Json) -> Json:
        try:
            async with self.session.post(self.bot, json=activity) as answer:
                if answer.status >= 400:
                    raise ChatError(f"The bot at {self.bot} refused the message (HTTP {answer.status}).")
                body = await answer.json() if answer.content_type == "application/json" else None
                return body if isinstance(body, dict) else {}
        except (ClientError, TimeoutError) as error:
            raise ChatError(f"The bot at {self.bot} cannot be reached.") from error

    def routes(self) -> web.Application:
        """The connector's doors that a bot uses to answer, to edit and to delete."""
        app = web.Application()
        place = "/v3/conversations/{conversation}/activities"
        app.router.add_post(place, self._posted)
        app.router.add_post(f"{place}/{{activity}}", self._posted)
        app.router.add_put(f"{place}/{{activity}}", self._edited)
        app.router.add_delete(f"{place}/{{activity}}", self._deleted)
        return app

    async def _posted(self, request: web.Request) -> web.Response:
        activity, number = await request.json(), str(uuid4())
        if activity.get("type") == "message":
            self._show(number, activity)
        return web.json_response({"id": number}, status=201)

    async def _edited(self, request: web.Request) -> web.Response:
        number = request.match_info["activity"]
        if number not in self._messages:
            return web.json_response({"error": {"code": "ActivityNotFoundInConversation"}}, status=404)
        self._show(number, await request.json())
        return web.json_response({"id": number})

    async def _deleted(self, request: web.Request) -> web.Response:
        self._messages.pop(request.match_info["activity"], None)
        return web.Response()

    def _show(self, number: str, activity: Json) -> None:
        """Draw a message; one that looks as it did is not drawn again."""
        before = drawn(self._messages[number]) if number in self._messages else None
        self._messages[number] = activity
        card = _card_of(activity)
        if card is not None and buttons(card):
            self._newest = number
        text = drawn(activity)
        if text != before:
            self.say(("" if before is None else _("(updated)") + "\n") + text)
        self._news.set()


def drawn(activity: Json) -> str:
    """A message as text: its words, then its card."""
    card = _card_of(activity)
    parts = [str(activity.get("text") or ""), plain_text(card) if card else ""]
    return "\n".join(part for part in parts if part)


def _card_of(activity: Json) -> Json | None:
    for attachment in activity.get("attachments") or ():
        if attachment.get("contentType", CARD) == CARD and isinstance(attachment.get("content"), dict):
            card: Json = attachment["content"]
            return card
    return None


@asynccontextmanager
async def terminal(*, bot: str, tenant_id: str, person: Person, say: Callable[[str], None]) -> AsyncIterator[Terminal]:
    """A chat that can be used at once; closed on leaving."""
    async with ClientSession(timeout=ClientTimeout(total=ANSWERS_WITHIN)) as session:
        chat = Terminal(bot=bot, tenant_id=tenant_id, person=person, say=say, session=session)
        async with serving(chat.routes(), reserve(0)) as origin:
            chat.connector = origin
            yield chat


async def person_of(tenant: str, address: str) -> Person:
    """Somebody of a sandbox company by sign-in name or mail. NotThereError when nobody has the address."""
    try:
        async with ClientSession() as session, session.get(f"{tenant}/play/people") as answer:
            people: list[Json] = (await answer.json())["people"]
    except (ClientError, TimeoutError) as error:
        raise ChatError(f"The company at {tenant} cannot be reached.") from error
    wanted = address.strip().casefold()
    for person in people:
        if wanted and wanted in {
            str(person.get(name) or "").casefold() for name in ("userPrincipalName", "mail", "id")
        }:
            return Person(id=person["id"], name=person["displayName"])
    raise NotThereError(f"Nobody in the company has the address {address}.")


async def converse(chat: Terminal, *, by_hand: bool) -> None:
    """Pass on what is typed, line by line, until the input ends or says bye."""
    async for line in _typed(by_hand):
        if line.casefold() in {"bye", "exit", "quit"}:
            break
        await chat.send(line)
        if not by_hand:
            await chat.settle()


async def _typed(by_hand: bool) -> AsyncIterator[str]:
    """Lines of the standard input. A thread of its own reads them: waiting for a line cannot be cancelled."""
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[str | None]()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line.strip())
        loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        if by_hand:
            print("> ", end="", flush=True)
        line = await lines.get()
        if line is None:
            return
        if line:
            yield line
