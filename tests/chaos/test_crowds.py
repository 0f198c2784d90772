"""Crowds and real deaths: replicas are killed while a crowd is on its way, and nobody is called twice or forgotten.

``python -m tests.chaos.crowd`` is the long form, with five hundred people at Microsoft's pace.
"""

from itertools import pairwise

import pytest

from tests.chaos.crowd import AGENT, Rig, open_rig

PACE = 0.4  # s between two calls: Microsoft's would make the test wait
PEOPLE = 12


async def _nobody_twice_and_nobody_forgotten(rig: Rig, people: int) -> None:
    effective = rig.effective()
    assert len(effective) == people
    assert set(effective.values()) == {1}, "a run with an effect for each, and no second one"
    assert (await rig.states())["done"] == people


async def test_all_replicas_die_and_then_one_for_good_and_the_crowd_arrives() -> None:
    async with open_rig(PEOPLE, replicas=2, pace=PACE, latency=150) as rig:
        card = await rig.bring(rig.addresses)
        await rig.start(card)
        await rig.until(lambda: rig.calls >= PEOPLE / 4, card, patience=120)
        await rig.kill_all()
        await rig.until(lambda: rig.calls >= PEOPLE / 2, card, patience=180)
        rig.replicas[0].kill()
        await rig.ended(card, patience=240)
        await _nobody_twice_and_nobody_forgotten(rig, PEOPLE)
        assert f"{PEOPLE} of {PEOPLE} people are in the app" in card.text


@pytest.mark.alone
async def test_two_crowds_take_turns_and_a_single_click_overtakes_both() -> None:
    async with open_rig(16, replicas=1, pace=0.8) as rig:
        first = await rig.bring(rig.addresses[:7], chat="a:1")
        second = await rig.bring(rig.addresses[7:14], chat="a:2")
        await rig.start(first)
        await rig.start(second)
        await rig.until(lambda: rig.calls >= 4, first, patience=120)
        before = rig.calls
        single = await rig.teams.say(AGENT, f"status {rig.addresses[15]} in AskCody", where="a:3")
        await rig.teams.click(AGENT, single, "provision")
        await rig.until(lambda: _called(rig, rig.addresses[15]), single, patience=60)
        assert rig.calls - before <= 4, "two turns at most are reserved before a click"
        await rig.ended(first, patience=120)
        await rig.ended(second, patience=120)
        crowds = [crowd for who in _order(rig) if (crowd := _crowd_of(rig, who))]
        begun = crowds.index("second")
        assert all(one != other for one, other in pairwise(crowds[begun - 1 : begun + 9])), crowds


def _order(rig: Rig) -> list[str]:
    """Who was called, in the order of the log."""
    rows = [row for app in rig.company._stage.world.apps.values() for row in app.log]
    rows.sort(key=lambda row: row["activityDateTime"])
    return [str(row["sourceIdentity"]["id"]) for row in rows]


def _called(rig: Rig, address: str) -> bool:
    users = rig.company._stage.world.users.values()
    person_id = next(user["id"] for user in users if user["userPrincipalName"] == address)
    return person_id in rig.effective()


def _crowd_of(rig: Rig, who: str) -> str:
    ids = {user["userPrincipalName"]: user["id"] for user in rig.company._stage.world.users.values()}
    crowds = {"first": rig.addresses[:7], "second": rig.addresses[7:14]}
    return next((name for name, some in crowds.items() if who in {ids[one] for one in some}), "")
