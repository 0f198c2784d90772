"""The seals on buttons: put on where a card leaves, worth something where a click comes in."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from bot.seals import DAY, FIELD, Seals
from cards._kit import broken_limits, walk
from dialogs.asking import Concerned, shown
from dialogs.clicks import CHANGING
from dialogs.handing import HAND_OVER, with_ticket
from dialogs.talk import Reply, Seal
from provisioning.store.database import Pool
from tests.cards.examples import EXAMPLES

Bots = Callable[..., Awaitable[Any]]
CARD = {
    "type": "AdaptiveCard",
    "text": "why",
    "body": [{"type": "ActionSet", "actions": [{"type": "Action.Execute", "verb": "ask", "data": {"text": "help"}}]}],
    "actions": [
        {"type": "Action.Execute", "verb": "provision", "data": {"case": "1", "version": 3}},
        {"type": "Action.Execute", "verb": "refresh", "data": {"case": "1"}},
    ],
}


class Hours:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_750_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
async def seals(pool: Pool, hours: Hours) -> Seals:
    made = Seals(pool, clock=hours)
    await made.ready()
    return made


def sealed(seals: Seals, verb: str = "provision", **data: Any) -> dict[str, Any]:
    card = seals.put_on({"actions": [{"type": "Action.Execute", "verb": verb, "data": data}]})
    found: dict[str, Any] = card["actions"][0]["data"]
    return found


def test_only_buttons_that_change_something_are_sealed_and_the_card_itself_stays(seals: Seals) -> None:
    before = json.dumps(CARD)
    card = seals.put_on({"attachments": [{"content": CARD}]})["attachments"][0]["content"]
    assert json.dumps(CARD) == before
    assert FIELD in card["actions"][0]["data"]
    del card["actions"][0]["data"][FIELD]
    assert card == CARD


def test_a_seal_of_ours_is_good_also_with_what_the_client_adds_or_turns_into_text(seals: Seals) -> None:
    data = sealed(seals, case="1", version=3)
    assert seals.look("provision", data) is Seal.GOOD
    assert seals.look("provision", data | {"version": "3", "text": "typed", "msteams": {}}) is Seal.GOOD


@pytest.mark.parametrize(
    "change",
    [
        {"case": "2"},
        {"version": 4},
        {"ticket": 7},
        {"once": "x"},
        {FIELD: "9999999999." + "A" * 24},
        {FIELD: "x"},
        {FIELD: "."},
        {FIELD: "-1.x"},
        {FIELD: "²." + "A" * 24},
        {FIELD: "9" * 400 + ".x"},
        {FIELD: "1750000000.\ud800"},
    ],
)
def test_a_seal_fits_only_what_it_was_put_on(seals: Seals, change: Mapping[str, Any]) -> None:
    assert seals.look("provision", {**sealed(seals, case="1", version=3), **change}) is Seal.FORGED


def test_a_seal_fits_only_its_verb(seals: Seals) -> None:
    assert seals.look("open_ticket", sealed(seals, case="1", version=3)) is Seal.FORGED


def test_what_a_seal_vouches_for_cannot_be_left_out(seals: Seals) -> None:
    data = sealed(seals, case="1", version=3)
    del data["version"]
    assert seals.look("provision", data) is Seal.FORGED


@pytest.mark.parametrize("worn", [None, "", 7, ["x"]])
def test_no_seal_is_not_a_forged_one(seals: Seals, worn: Any) -> None:
    assert seals.look("provision", {"case": "1", FIELD: worn}) is Seal.MISSING
    assert seals.look("provision", {"case": "1"}) is Seal.MISSING


def test_a_seal_expires_and_its_end_cannot_be_moved(seals: Seals, hours: Hours) -> None:
    data = sealed(seals, case="1", version=3)
    hours.now += DAY - 1
    assert seals.look("provision", data) is Seal.GOOD
    hours.now += 1
    assert seals.look("provision", data) is Seal.EXPIRED
    later = str(int(hours.now) + DAY) + data[FIELD][data[FIELD].index(".") :]
    assert seals.look("provision", data | {FIELD: later}) is Seal.FORGED


def test_what_was_sealed_ahead_is_used_once_and_for_that_very_card_alone(seals: Seals, hours: Hours) -> None:
    card = dict(CARD)
    seals.put_on_ahead(card)
    hours.now += 60
    ahead, again, other = seals.put_on(card), seals.put_on(card), seals.put_on(dict(CARD))
    assert ahead != again == other
    assert seals.look("provision", ahead["actions"][0]["data"]) is Seal.GOOD


async def test_every_replica_and_every_later_process_knows_the_same_seals(
    pool: Pool, seals: Seals, hours: Hours
) -> None:
    other = Seals(pool, clock=hours)
    await other.ready()
    assert other.look("provision", sealed(seals, case="1", version=3)) is Seal.GOOD


async def test_another_desk_does_not(pool: Pool, seals: Seals, hours: Hours) -> None:
    async with pool.connection() as connection:
        await connection.execute("DELETE FROM seal")
    other = Seals(pool, clock=hours)
    await other.ready()
    assert other.look("provision", sealed(seals, case="1", version=3)) is Seal.FORGED


def seal_in(card: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = card["actions"][0]["data"]
    return data


async def test_cards_leave_with_sealed_buttons_and_lie_in_the_database_without(bot: Any, teams: Any, desk: Any) -> None:
    desk.replies["why"] = Reply(card=CARD, about="case:1")
    await bot.hear("why")
    (message,) = await teams.said(1)
    data = seal_in(message.body["attachments"][0]["content"])
    assert bot.outbox.seals.look("provision", data) is Seal.GOOD
    ((body,),) = await bot.rows(b"SELECT body FROM outbox")
    assert FIELD not in seal_in(body["attachments"][0]["content"])
    await bot.settled()

    async def draw(voice: str) -> Reply:
        return Reply(card=CARD | {"text": "newer"}, about="case:1", voice=voice)

    await bot.proactive.redraw("case:1", draw)
    await teams.until(lambda: teams.edits)
    edited = seal_in(teams.edits[0].body["attachments"][0]["content"])
    assert bot.outbox.seals.look("provision", edited) is Seal.GOOD


async def test_a_clicks_card_is_sealed_and_the_conversations_hear_what_a_seal_is_worth(
    bot: Any, desk: Any, caplog: pytest.LogCaptureFixture
) -> None:
    desk.replies["refresh"] = Reply(card=CARD, about="case:1")
    answer = await bot.click("refresh", data={"case": "1"})
    data = seal_in(answer["value"])
    await bot.click("provision", data=data)
    assert "not ours" not in caplog.text
    await bot.click("provision", data=data | {"case": "2"})
    assert [click.seal for click in desk.clicked] == [Seal.MISSING, Seal.GOOD, Seal.FORGED]
    assert "whose seal is not ours: provision" in caplog.text


NOTED = Reply(card={"type": "AdaptiveCard", "text": "as it stands"}, about="case:1", note="It has changed since.")


async def test_a_click_that_did_nothing_says_why_and_the_card_follows_by_an_edit(
    bot: Any, teams: Any, desk: Any
) -> None:
    desk.replies["why"] = Reply(card=CARD, about="case:1")
    await bot.hear("why")
    await teams.said(1)
    await bot.settled()
    desk.replies["provision"] = NOTED
    answer = await bot.click("provision", on="m1")
    assert (answer["type"], answer["value"]) == ("application/vnd.microsoft.activity.message", "It has changed since.")
    await teams.until(lambda: teams.edits)
    assert (teams.edits[0].target, teams.edits[0].text) == ("m1", "as it stands")


@pytest.mark.parametrize("on", [None, "m77"])
async def test_on_a_card_that_nobody_remembers_it_is_shown_all_the_same(
    bot: Any, teams: Any, desk: Any, on: str | None
) -> None:
    desk.replies["provision"] = NOTED
    answer = await bot.click("provision", on=on, where="19:group@thread.v2", kind="groupChat")
    assert answer["value"] == "It has changed since."
    (said,) = await teams.said(1)
    assert said.text == "as it stands"


async def test_who_was_told_to_wait_gets_the_reason_as_a_message(bots: Bots, teams: Any, desk: Any) -> None:
    from asyncio import Event

    from bot.patience import Patience

    bot = await bots(patience=Patience(click=0.05, settle=0.05, sweep=0.05))
    desk.replies["provision"] = NOTED
    desk.gates["provision"] = Event()
    answer = await bot.click("provision", on="m5")
    assert "Still working" in answer["value"]
    desk.gates["provision"].set()
    (said,) = await teams.said(1)
    assert said.text == "It has changed since."
    await teams.until(lambda: teams.edits)


USED_UP = ("once", "version", "step", "case", "id")  # the first of them that a button carries is what it uses up


def test_every_card_can_be_sealed_and_its_seals_vouch_for_what_is_used_up(seals: Seals) -> None:
    seen = set()
    for name, draw in EXAMPLES.items():
        card = seals.put_on(draw())
        assert list(broken_limits(card)) == [], name
        for action in walk(card):
            if action.get("type") == "Action.Execute" and (verb := action["verb"]) in CHANGING:
                seen.add(verb)
                assert seals.look(verb, action["data"]) is Seal.GOOD, name
                used_up = next(field for field in USED_UP if field in action["data"])
                assert seals.look(verb, action["data"] | {used_up: "another"}) is Seal.FORGED, name
    assert seen == CHANGING - {HAND_OVER}  # which is put on where a card becomes an answer


def test_every_card_can_be_handed_over_and_its_seal_vouches_for_the_words(seals: Seals) -> None:
    for name, draw in EXAMPLES.items():
        reply = with_ticket(shown(draw()), "why?", [Concerned(app_id="a", app="AskCody", cause="quarantine")])
        assert reply.card is not None
        card = seals.put_on(reply.card)
        assert list(broken_limits(card)) == [], name
        for action in (part for part in walk(card) if part.get("verb") == HAND_OVER):
            assert seals.look(HAND_OVER, action["data"]) is Seal.GOOD, name
            for field in ("told", "once"):
                assert seals.look(HAND_OVER, action["data"] | {field: "another"}) is Seal.FORGED, name
