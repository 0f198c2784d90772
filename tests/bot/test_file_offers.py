"""A file's offer: who may answer it, that it counts once, and that a death in the middle gives no second card."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.file_offers import GIVE, FileOffers
from provisioning.crowds import Crowd, CrowdState
from provisioning.errors import NotAllowedError, NotThereError, TryLaterError
from provisioning.model import Actor, App
from provisioning.store.queue import Queue
from tests.bot.conftest import AISHA
from tests.dialogs.desk import NOW

PLACE = {
    "contentUrl": "https://contoso-my.sharepoint.com/personal/aisha/Documents/Applications/sync-desk-C-7.csv",
    "name": "sync-desk-C-7.csv",
    "uploadUrl": "https://contoso-my.sharepoint.com/personal/aisha/uploadSession?tempauth=1",
    "uniqueId": "1150D938-8870-4044-9F2C-5BBDEBA70C9D",
    "fileType": "csv",
}
CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"


@dataclass
class Drive:
    """OneDrive: keeps what was put there, does as told."""

    put_there: list[tuple[str, bytes]] = field(default_factory=list)
    problems: list[BaseException] = field(default_factory=list)  # after the bytes have arrived

    def look(self, url: str) -> None:
        """Every address is fine."""

    async def put(self, url: str, content: bytes) -> None:
        """As ``Uploads``."""
        self.put_there.append((url, content))
        if self.problems:
            raise self.problems.pop(0)


class Desk:
    """One process with offers; its background work is run by hand."""

    def __init__(self, bot: Any, drive: Drive) -> None:
        self.bot, self.drive = bot, drive
        self.refused: Exception | None = None
        self.offers = FileOffers(
            pool=bot.pool,
            outbox=bot.outbox,
            sender=bot.sender,
            queue=Queue(bot.pool),
            reader=bot.tenant,
            uploads=drive,  # type: ignore[arg-type]  # its two methods
            pauses=(0.01, 0.01),
        )
        bot.turns._invokes._handlers |= self.offers.handlers
        self.aisha: Actor = bot.tenant.people[AISHA]

    async def content(self, actor: Actor, number: int) -> bytes:
        """What is in the file."""
        if self.refused is not None:
            raise self.refused
        return f"{actor.name}: C-{number}".encode()

    async def offer(self, once: str = "once-1") -> dict[str, Any]:
        """The consent card's content, as it came to Teams."""
        crowd = Crowd(
            number=7,
            version=1,
            state=CrowdState.FINISHED,
            actor=self.aisha,
            created=NOW,
            origin="a:1",
            words=(),
            app=App(id="a-1", app_id="b-1", name="AskCody"),
        )
        await self.bot.hear("hello")  # so that the chat is known
        await self.bot.teams.said(1)
        assert await self.offers.offer(self.aisha, "a:1", crowd, size=12, once=once)
        assert not await self.offers.offer(self.aisha, "a:1", crowd, size=12, once=once), "asked once"
        await self.bot.teams.said(2)
        (card,) = self.bot.teams.messages[-1].body["attachments"]
        assert (card["contentType"], card["name"]) == (CONSENT, "sync-desk-C-7.csv")
        content: dict[str, Any] = card["content"]
        return content

    async def answer(
        self, context: Any, action: str = "accept", place: Any = PLACE, sender: Any = None, **more: Any
    ) -> tuple[int, Any]:
        """As Teams sends it."""
        more |= {"from": sender} if sender else {}
        value = {"type": "fileUpload", "action": action, "context": context}
        if action == "accept":
            value["uploadInfo"] = place
        invoke = self.bot.activity(type="invoke", name="fileConsent/invoke", value=value, replyToId="m2", **more)
        status, body = await self.bot.post(invoke)
        return status, body

    async def queued(self) -> list[str]:
        """The work that waits."""
        rows = await self.bot.rows(b"SELECT args->>'once' FROM procrastinate_jobs WHERE task_name = %s", GIVE)
        return [row[0] for row in rows]

    async def give(self, once: str = "once-1") -> None:
        """Do it."""
        await self.offers.give(self.content, once=once)
        await self.bot.settled()

    @property
    def told(self) -> list[str]:
        """What was said after the offer."""
        return [str(call.body.get("text")) for call in self.bot.teams.messages[2:] if "text" in call.body]

    @property
    def files(self) -> list[dict[str, Any]]:
        """The cards of files."""
        found = [part for call in self.bot.teams.messages for part in call.body.get("attachments", ())]
        return [part for part in found if part["contentType"] == INFO]

    @property
    def taken_back(self) -> list[str]:
        """Messages that were deleted."""
        return [call.target for call in self.bot.teams.calls if call.method == "DELETE"]


@pytest.fixture
async def desk_with_files(bot: Any) -> AsyncIterator[Desk]:
    yield Desk(bot, Drive())


async def test_what_was_allowed_lies_in_the_drive_and_its_card_takes_the_questions_place(desk_with_files: Desk) -> None:
    desk = desk_with_files
    asked = await desk.offer()
    assert asked["sizeInBytes"] == 12
    assert "C-7, AskCody" in asked["description"]
    assert await desk.answer(asked["acceptContext"]) == (200, None)
    assert await desk.queued() == ["once-1"]
    await desk.give()
    assert desk.drive.put_there == [(PLACE["uploadUrl"], b"Aisha Khan: C-7")]
    (card,) = desk.files
    assert card == {
        "contentType": INFO,
        "contentUrl": PLACE["contentUrl"],
        "name": PLACE["name"],
        "content": {"uniqueId": PLACE["uniqueId"], "fileType": "csv"},
    }
    assert desk.taken_back == ["m2"]
    rows = await desk.bot.rows(b"SELECT state, upload FROM file_offers")
    assert rows == [("given", None)], "the address is forgotten"


async def test_a_second_yes_and_a_yes_that_is_delivered_again_bring_no_second_file(desk_with_files: Desk) -> None:
    desk = desk_with_files
    asked = await desk.offer()
    for _ in range(3):
        assert await desk.answer(asked["acceptContext"], id="in-again") == (200, None)
    assert await desk.answer(asked["acceptContext"]) == (200, None)
    assert await desk.queued() == ["once-1"]
    await asyncio.gather(desk.give(), desk.give())
    await desk.give()
    assert len(desk.files) == 1
    assert len({content for _, content in desk.drive.put_there}) == 1
    assert desk.taken_back == ["m2"]


async def test_who_dies_between_the_drive_and_the_message_puts_the_same_there_again_and_says_it_once(
    desk_with_files: Desk,
) -> None:
    desk = desk_with_files
    asked = await desk.offer()
    await desk.answer(asked["acceptContext"])
    desk.drive.problems = [asyncio.CancelledError()]
    with pytest.raises(asyncio.CancelledError):
        await desk.give()
    assert desk.files == []
    await desk.give()
    await desk.give()
    assert desk.drive.put_there == [(PLACE["uploadUrl"], b"Aisha Khan: C-7")] * 2
    assert len(desk.files) == 1


async def test_a_place_that_is_used_up_after_a_death_is_no_claim_that_nothing_is_there(desk_with_files: Desk) -> None:
    desk = desk_with_files
    await desk.answer((await desk.offer())["acceptContext"])
    desk.drive.problems = [asyncio.CancelledError(), NotThereError("used up")]
    with pytest.raises(asyncio.CancelledError):
        await desk.give()
    await desk.give()
    (words,) = desk.told
    assert "Should you find the file all the same, it is whole." in words
    assert desk.files == []


async def test_no_is_answered_in_words_and_stays_no(desk_with_files: Desk) -> None:
    desk = desk_with_files
    asked = await desk.offer()
    assert await desk.answer(asked["declineContext"], "decline") == (200, None)
    assert await desk.answer(asked["acceptContext"]) == (200, None)
    await desk.bot.settled()
    (words,) = desk.told
    assert words.startswith("Nothing was sent.")
    assert desk.taken_back == ["m2"]
    assert await desk.queued() == []


async def test_a_drive_that_is_busy_is_asked_again(desk_with_files: Desk) -> None:
    desk = desk_with_files
    await desk.answer((await desk.offer())["acceptContext"])
    desk.drive.problems = [TryLaterError("busy"), TryLaterError("busy")]
    await desk.give()
    assert (len(desk.files), len(desk.drive.put_there), desk.told) == (1, 3, [])


async def test_a_drive_that_stays_busy_is_told_in_words_with_another_way(desk_with_files: Desk) -> None:
    desk = desk_with_files
    await desk.answer((await desk.offer())["acceptContext"], locale="de-DE")
    desk.drive.problems = [TryLaterError("busy") for _ in range(3)]
    await desk.give()
    (words,) = desk.told
    assert "Als CSV" in words
    assert "OneDrive" in words
    assert desk.files == []


async def test_a_directory_that_is_busy_is_waited_for(desk_with_files: Desk) -> None:
    desk = desk_with_files
    await desk.answer((await desk.offer())["acceptContext"])
    desk.refused = TryLaterError("busy")
    with pytest.raises(TryLaterError):
        await desk.give()
    desk.refused = None
    await desk.give()
    assert len(desk.files) == 1


async def test_who_may_not_see_the_list_any_more_gets_none(desk_with_files: Desk) -> None:
    desk = desk_with_files
    await desk.answer((await desk.offer())["acceptContext"])
    desk.refused = NotAllowedError("Only the helpdesk may provision.")
    await desk.give()
    assert (len(desk.told), desk.files, desk.drive.put_there) == (1, [], [])


async def test_who_has_left_the_tenant_gets_none(desk_with_files: Desk) -> None:
    desk = desk_with_files
    await desk.answer((await desk.offer())["acceptContext"])
    desk.bot.tenant.people.clear()
    await desk.give()
    (words,) = desk.told
    assert "cannot find your account" in words
    assert desk.drive.put_there == []


async def test_nobody_else_can_answer(desk_with_files: Desk) -> None:
    desk = desk_with_files
    context = (await desk.offer())["acceptContext"]
    other: Any = {"id": "29:olle", "aadObjectId": "0f2b5a60-0000-4000-8000-00000000000b"}
    assert await desk.answer(context, sender=other) == (403, None)
    elsewhere: Any = {"id": "a:2", "conversationType": "personal"}
    assert await desk.answer(context, conversation=elsewhere) == (403, None)
    assert await desk.answer({**context, "id": "8"}) == (403, None), "another list"
    assert await desk.answer({**context, "once": "once-2"}) == (403, None), "another offer"
    assert await desk.queued() == []
    assert await desk.bot.rows(b"SELECT state FROM file_offers") == [("offered",)]


async def test_a_yes_that_comes_days_later_is_too_late(desk_with_files: Desk) -> None:
    desk = desk_with_files
    seals = desk.bot.outbox.seals
    now = seals._clock
    seals._clock = lambda: now() - 2 * 24 * 3600
    context = (await desk.offer())["acceptContext"]
    seals._clock = now
    assert await desk.answer(context) == (200, None)
    await desk.bot.settled()
    (words,) = desk.told
    assert "too long ago" in words
    assert await desk.queued() == []


@pytest.mark.parametrize("place", [None, {}, "x", {**PLACE, "uploadUrl": 7}, {**PLACE, "name": "a\x00b"}])
async def test_a_yes_without_a_place_is_told_in_words(desk_with_files: Desk, place: Any) -> None:
    desk = desk_with_files
    assert await desk.answer((await desk.offer())["acceptContext"], place=place) == (200, None)
    await desk.bot.settled()
    (words,) = desk.told
    assert "As CSV on its card shows the same as text" in words
    assert await desk.queued() == []
