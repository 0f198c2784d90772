"""Teams as the bot sees it: a connector that keeps what is shown, and people who speak and click over real HTTP."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self
from uuid import uuid4

from aiohttp import ClientSession, web

BOT = {"id": "28:sync-desk", "name": "Sync Desk"}
THREAD = ";messageid="
PATIENCE = 60.0  # seconds until a story gives up waiting: generous, two slow cores run everything side by side


@dataclass
class Shown:
    """One message as it stands in the chat now; ``edits`` holds what it was before."""

    id: str
    conversation: str
    activity: dict[str, Any]
    edits: list[dict[str, Any]] = field(default_factory=list)

    @property
    def card(self) -> dict[str, Any]:
        """The Adaptive Card; fails the story when the message has none."""
        found: dict[str, Any] = self.activity["attachments"][0]["content"]
        return found

    @property
    def text(self) -> str:
        """Every word that a person can read, in reading order."""
        parts = [self.activity.get("text") or ""]
        for attachment in self.activity.get("attachments") or ():
            parts += list(words_of(attachment["content"]))
        return "\n".join(part for part in parts if part)

    @property
    def verbs(self) -> set[str]:
        """The verbs of its buttons; none for a plain text."""
        return set(self.buttons) if self.activity.get("attachments") else set()

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """Every Action.Execute by its verb."""
        return {action["verb"]: action for action in actions_of(self.card) if action["type"] == "Action.Execute"}


def words_of(node: Any) -> Iterator[str]:
    """Visible words of a card, fact titles and button titles included."""
    if isinstance(node, list):
        for part in node:
            yield from words_of(part)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in {"text", "title", "value", "label", "placeholder"} and isinstance(value, str):
                yield value
            elif isinstance(value, (dict, list)) and key != "data":
                yield from words_of(value)


def actions_of(node: Any) -> Iterator[dict[str, Any]]:
    """Every action in a card, however deep."""
    if isinstance(node, list):
        for part in node:
            yield from actions_of(part)
    elif isinstance(node, dict):
        if str(node.get("type", "")).startswith("Action."):
            yield node
        for key, value in node.items():
            if isinstance(value, (dict, list)) and key != "data":
                yield from actions_of(value)


@dataclass(frozen=True)
class Speaker:
    """Somebody with a Teams account."""

    id: str  # Entra object id
    name: str


class Teams:
    """The channel's connector on loopback, and everything that was shown through it."""

    def __init__(self, bot: str, tenant_id: str) -> None:
        self.bot = bot  # http://127.0.0.1:port/api/messages
        self.tenant_id = tenant_id
        self.shown: list[Shown] = []
        self.refuse: list[tuple[int, dict[str, str]]] = []  # status and headers for the next calls, in order
        self.posts = 0
        self._ids = (f"m{number}" for number in count(1))
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v3/conversations/{conversation}/activities", self._post)
        app.router.add_post("/v3/conversations/{conversation}/activities/{activity}", self._post)
        app.router.add_put("/v3/conversations/{conversation}/activities/{activity}", self._put)
        app.router.add_delete("/v3/conversations/{conversation}/activities/{activity}", self._delete)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self._runner.cleanup()

    async def _post(self, request: web.Request) -> web.Response:
        if self.refuse:
            status, headers = self.refuse.pop(0)
            return web.json_response(
                {"error": {"code": "Refused", "message": "as told"}}, status=status, headers=headers
            )
        activity = await request.json()
        if activity.get("type") == "typing":
            return web.json_response({}, status=202)
        self.posts += 1
        message = Shown(next(self._ids), request.match_info["conversation"], activity)
        async with self._news:
            self.shown.append(message)
            self._news.notify_all()
        return web.json_response({"id": message.id}, status=201)

    async def _put(self, request: web.Request) -> web.Response:
        activity = await request.json()
        async with self._news:
            for message in self.shown:
                if message.id == request.match_info["activity"]:
                    message.edits.append(message.activity)
                    message.activity = activity
                    self._news.notify_all()
                    return web.json_response({"id": message.id})
        return web.json_response({"error": {"code": "ActivityNotFoundInConversation"}}, status=404)

    async def _delete(self, request: web.Request) -> web.Response:
        async with self._news:
            there = [message for message in self.shown if message.id != request.match_info["activity"]]
            found, self.shown[:] = len(there) < len(self.shown), there
            self._news.notify_all()
        return web.json_response({}, status=200 if found else 404)

    async def gone(self, message: Shown) -> None:
        """Wait until a message has been taken back."""
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: message not in self.shown)

    async def see(self, wanted: Callable[[Shown], object], *, what: str = "the message") -> Shown:
        """The first message that fits, as soon as it is there; fails with everything shown after PATIENCE."""

        def fits() -> bool:
            return any(wanted(message) for message in self.shown)

        try:
            async with asyncio.timeout(PATIENCE), self._news:
                await self._news.wait_for(fits)
        except TimeoutError:
            seen = "\n---\n".join(f"[{message.conversation}] {message.text}" for message in self.shown)
            raise AssertionError(f"{what} never came. Shown were:\n{seen}") from None
        return next(message for message in self.shown if wanted(message))

    def _activity(self, speaker: Speaker, conversation: str, kind: str) -> dict[str, Any]:
        return {
            "id": uuid4().hex,
            "channelId": "msteams",
            "serviceUrl": self.url,
            "from": {"id": f"29:{speaker.id}", "name": speaker.name, "aadObjectId": speaker.id},
            "recipient": BOT,
            "conversation": {"id": conversation, "conversationType": kind, "tenantId": self.tenant_id},
            "channelData": {"tenant": {"id": self.tenant_id}},
            "locale": "en-GB",
        }

    async def post(self, activity: dict[str, Any]) -> tuple[int, Any]:
        """One POST to the bot: status and decoded body (None when there is none)."""
        async with self._session.post(self.bot, json=activity) as response:
            text = await response.text()
            return response.status, (await response.json() if text.startswith("{") else None)

    async def say(self, speaker: Speaker, text: str, *, where: str = "", kind: str = "personal") -> Shown:
        """Say something and wait for the next message in that conversation."""
        conversation = where or f"a:{speaker.id}"
        before = {message.id for message in self.shown}
        activity = self._activity(speaker, conversation, kind) | {
            "type": "message",
            "text": text,
            "textFormat": "plain",
        }
        if kind != "personal":
            activity["text"] = f"<at>{BOT['name']}</at> {text}"
            activity["entities"] = [{"type": "mention", "mentioned": BOT, "text": f"<at>{BOT['name']}</at>"}]
        status, body = await self.post(activity)
        assert status == 202, (status, body)
        return await self.see(
            lambda message: message.conversation == conversation and message.id not in before,
            what=f"an answer to {text!r}",
        )

    async def form(self, speaker: Speaker, message: Shown, form: str) -> Shown:
        """Open a ticket's form; the message of its own that it is."""
        await self.click(speaker, message, "ticket_form", form=form)
        return await self.see(
            lambda shown: (
                shown.conversation.partition(THREAD)[0] == message.conversation.partition(THREAD)[0]
                and "drop_ticket_form" in shown.verbs
                and any(one["data"].get("form") == form for one in shown.buttons.values())
            ),
            what=f"the form {form}",
        )

    async def click(self, speaker: Speaker, message: Shown, verb: str, **data: Any) -> dict[str, Any]:
        """Click a button as Teams would; the card that comes back replaces the message's."""
        action = message.buttons[verb]
        kind = message.activity.get("conversation", {}).get("conversationType", "personal")
        conversation = message.conversation
        if kind == "channel" and THREAD not in conversation:
            conversation = f"{conversation}{THREAD}{message.id}"  # the thread that it has begun
        activity = self._activity(speaker, conversation, kind) | {
            "type": "invoke",
            "name": "adaptiveCard/action",
            "replyToId": message.id,
            "value": {
                "action": {"type": "Action.Execute", "verb": verb, "data": {**action.get("data", {}), **data}},
                "trigger": "manual",
            },
        }
        status, body = await self.post(activity)
        assert status == 200, (status, body)
        if body["type"] == "application/vnd.microsoft.card.adaptive":
            async with self._news:
                message.edits.append(message.activity)
                message.activity = {**message.activity, "attachments": [{"content": body["value"]}]}
                self._news.notify_all()
        answer: dict[str, Any] = body
        return answer
