"""A desk that wants two administrators for what changes the scope: one agrees, nothing happens; another agrees, too."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.tenant import DEMO
from tests.stories.house import House, open_house
from tests.stories.teams import Shown
from tests.stories.test_a_slow_sync import QUESTION, WANTED, clauses, ended

ROOM = "19:identity@thread.tacv2"


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """The demo's company, in which Lars is an identity administrator beside Ines."""
    company = json.loads(DEMO.read_text(encoding="utf-8"))
    lars = next(user["id"] for user in company["users"] if user["userPrincipalName"].startswith("lars@"))
    next(one for one in company["groups"] if one["id"] == company["roles"]["admins"])["members"].append(lars)
    tenant = tmp_path / "company.json"
    tenant.write_text(json.dumps(company), encoding="utf-8")
    async with open_house(database_url, tenant, two_admins=True) as opened:
        yield opened


@pytest.fixture
async def half(house: House) -> Shown:
    """The card in the administrators' channel, to which Ines has agreed."""
    card = await house.teams.say(house.person("ines"), QUESTION, where=ROOM, kind="channel")
    await house.teams.click(house.person("ines"), card, "agree_order")
    return await ended(house, card, "wants a second administrator")


async def written(house: House) -> int:
    return (await house.counters()).get("schemasPut", 0)


async def test_the_filter_is_written_when_a_second_administrator_has_agreed(house: House, half: Shown) -> None:
    assert await written(house) == 0
    await house.teams.click(house.person("lars"), half, "agree_order")
    done = await ended(house, half, "the next cycle is being watched")
    assert "Ines Berg" in done.text and "Lars Fischer" in done.text
    assert await clauses(house) == [list(WANTED)]
    assert await written(house) == 1


async def test_nobody_is_a_second_administrator_to_themself(house: House, half: Shown) -> None:
    answer = await house.teams.click(house.person("ines"), half, "agree_order")
    assert "You have agreed already; a second administrator has to." in str(answer)
    assert await written(house) == 0
    assert {"agree_order", "drop_order"} <= half.verbs


async def test_an_agent_is_no_second_administrator(house: House, half: Shown) -> None:
    answer = await house.teams.click(house.person("aisha"), half, "agree_order")
    assert answer["type"].endswith("error")
    assert await written(house) == 0
    await house.teams.click(house.person("lars"), half, "agree_order")
    await ended(house, half, "the next cycle is being watched")


async def test_a_second_administrator_may_decide_against_it(house: House, half: Shown) -> None:
    await house.teams.click(house.person("lars"), half, "drop_order")
    await house.teams.see(lambda one: one.id == half.id and "agree_order" not in one.verbs, what="that it is dropped")
    assert await written(house) == 0


async def test_what_does_not_change_the_scope_takes_one(house: House) -> None:
    ines = house.person("ines")
    card = await house.teams.say(ines, "how is Zoom syncing")
    await house.teams.click(ines, card, "plan_order", kind="pause")
    await house.teams.click(ines, card, "agree_order")
    await ended(house, card, "Pausing the job of Zoom: done.")
    assert (await house.counters())["jobsPaused"] == 1
