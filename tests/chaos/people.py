"""People who write and click, and Teams between: it delivers again what was not taken, and some things twice."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from tests.chaos.channel import Channel, Shown
from tests.chaos.town import ADMIN, DESK, Chat
from tests.stories.teams import BOT, Speaker

TRIES = 1500  # deliveries of one activity, about 0.4 s apart: no trial is ever away as long, on any machine
MESSAGES = 5  # of each person
OPENING = 120.0  # s until the admin must have been answered, by a process that is still starting


@dataclass(frozen=True)
class Said:
    """One message, and how its answer is known."""

    id: str
    chat: Chat
    text: str
    answered_by: Callable[[Shown], bool]


@dataclass
class Clicked:
    """One click that a person made; ``answers`` are what came back, in the order of its deliveries."""

    id: str
    chat: Chat
    verb: str
    answers: list[dict[str, Any]] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether the person was told that nothing began."""
        return bool(self.answers) and all(answer["statusCode"] == 503 for answer in self.answers)


class Post:
    """Delivers activities to any replica until one takes them."""

    def __init__(self, urls: list[str], channel: Channel, tenant_id: str, chance: random.Random) -> None:
        self.redelivered = 0  # deliveries that failed and were made again
        self.refused = 0  # deliveries that were asked to come again
        self.duplicates = 0
        self._urls = urls
        self._channel = channel
        self._tenant_id = tenant_id
        self._chance = chance
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20))
        self._again: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """Give the connections back."""
        await self.done()
        await self._session.close()

    async def done(self) -> None:
        """Wait for the duplicates under way."""
        await asyncio.gather(*self._again)

    def activity(self, speaker: Speaker, conversation: str, kind: str = "personal", **more: Any) -> dict[str, Any]:
        """An activity as Teams would make it."""
        return {
            "id": uuid4().hex,
            "channelId": "msteams",
            "serviceUrl": self._channel.url,
            "from": {"id": f"29:{speaker.id}", "name": speaker.name, "aadObjectId": speaker.id},
            "recipient": BOT,
            "conversation": {"id": conversation, "conversationType": kind, "tenantId": self._tenant_id},
            "channelData": {"tenant": {"id": self._tenant_id}},
            "locale": "en-GB",
            **more,
        }

    async def deliver(self, activity: dict[str, Any], *, twice: float = 0.3) -> Any:
        """Deliver until it is taken, and sometimes (``twice``) once more; the decoded answer, None without one."""
        answer = await self._until_taken(activity)
        if self._chance.random() < twice:
            self.duplicates += 1
            task = asyncio.create_task(self._until_taken(activity))
            self._again.add(task)
        return answer

    async def _until_taken(self, activity: dict[str, Any]) -> Any:
        for _ in range(TRIES):
            try:
                async with self._session.post(
                    f"{self._chance.choice(self._urls)}/api/messages", json=activity
                ) as response:
                    text = await response.text()
                    if response.status < 500:
                        assert response.status in {200, 202}, (response.status, text)
                        return await response.json() if text.startswith("{") else None
                    self.refused += response.status == 503
            except (aiohttp.ClientError, TimeoutError):
                pass
            self.redelivered += 1
            await asyncio.sleep(self._chance.uniform(0.1, 0.7))
        raise AssertionError("An activity was never taken.")


class Person:
    """One conversation of five messages, with clicks on what they brought."""

    def __init__(self, chat: Chat, post: Post, channel: Channel, chance: random.Random, *, patience: float) -> None:
        """``patience``: seconds that somebody waits for an answer before they write on; it may still come."""
        self.chat = chat
        self.said: list[Said] = []
        self.clicked: list[Clicked] = []
        self._post = post
        self._channel = channel
        self._chance = chance
        self._patience = patience

    async def ask(self) -> None:
        """Write the one question that is looked into, and wait for nothing."""
        await self._say(*self._plan()[0])

    async def converse(self) -> None:
        """Write everything in some order; now and then the next message before the answer."""
        plan = self._plan()
        _, is_the_card = plan[0]
        self._chance.shuffle(plan)
        pressed = False
        for number, (text, answered_by) in enumerate(plan):
            await self._say(text, answered_by)
            hurried = number + 1 < len(plan) and self._chance.random() < 0.25 and "AskCody" not in text
            if hurried:
                continue
            await self._channel.wait(self.chat.id, answered_by, seconds=self._patience)
            card = next((shown for shown in self._channel.shown[self.chat.id] if is_the_card(shown)), None)
            if card is not None and "refresh" in card.verbs and not pressed:
                pressed = True
                await self._press(card)

    def _plan(self) -> list[tuple[str, Callable[[Shown], bool]]]:
        chat = self.chat
        who = f"why can't {chat.subject_address} get into AskCody" if chat.agent else "why am I not in AskCody"
        plan: list[tuple[str, Callable[[Shown], bool]]] = [
            (who, lambda shown: "AskCody" in shown.first.partition("\n")[0] and "flurbish" not in shown.text),
            (wish(chat), lambda shown: shown.first.startswith("Your ticket SD-") and wish(chat)[16:] in shown.first),
            ("help", lambda shown: shown.first.startswith("I find out why")),
            ("my tickets", lambda shown: shown.first.startswith("Your tickets")),
            ("flurbish wompel", lambda shown: "“flurbish wompel”" in shown.first),
        ]
        return plan

    async def _say(self, text: str, answered_by: Callable[[Shown], bool]) -> Said:
        activity = self._post.activity(self.chat.speaker, self.chat.id, type="message", text=text, textFormat="plain")
        said = Said(activity["id"], self.chat, text, answered_by)
        self.said.append(said)
        await self._post.deliver(activity)
        return said

    async def _press(self, card: Shown) -> None:
        others = ["refresh", "open_ticket"]
        self._chance.shuffle(others)
        verbs = others[: self._chance.randint(1, 2)]
        if self.chat.agent:
            verbs.insert(self._chance.randint(0, len(verbs)), "provision")
        for verb in verbs:
            for _ in range(3):  # who saw an error presses again
                if verb not in card.buttons or await self._click(card, verb):
                    break

    async def _click(self, card: Shown, verb: str) -> bool:
        """Press; whether it was taken (a card, or the promise of one)."""
        activity = self._post.activity(
            self.chat.speaker,
            self.chat.id,
            type="invoke",
            name="adaptiveCard/action",
            replyToId=card.id,
            value={
                "action": {"type": "Action.Execute", "verb": verb, "data": card.buttons[verb].get("data", {})},
                "trigger": "manual",
            },
        )
        click = Clicked(activity["id"], self.chat, verb)
        self.clicked.append(click)
        answer = await self._post.deliver(activity)
        click.answers.append(answer)
        return bool(answer["type"] != "application/vnd.microsoft.error")


def wish(chat: Chat) -> str:
    """The sentence that asks for a ticket."""
    return f"I need a human: {chat.token} is on fire"


async def open_the_desk(post: Post, channel: Channel) -> None:
    """The admin names the helpdesk's channel, before the trouble begins."""
    words = f"<at>{BOT['name']}</at> use this channel for the helpdesk"
    mention = [{"type": "mention", "mentioned": BOT, "text": f"<at>{BOT['name']}</at>"}]
    activity = post.activity(ADMIN, DESK, "channel", type="message", text=words, entities=mention)
    await post.deliver(activity, twice=0)
    assert await channel.wait(DESK, lambda shown: True, seconds=OPENING), "the admin was not answered"
