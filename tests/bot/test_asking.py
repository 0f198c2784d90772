"""``sync-desk ask``: one question, the documented JSON, nothing stored unless it is told to."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg import AsyncConnection

from bot.asking import ask_once, is_no, printed
from bot.settings import SettingsError
from provisioning.errors import NotThereError
from provisioning.store.embedded import embedded
from sandbox import start
from tests.bot.demos import data_folder

QUESTION = "why can't José get into AskCody"


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


async def asked(text: str, data: Path, **changed: Any) -> dict[str, Any]:
    wishes: dict[str, Any] = {"upn": "aisha@fabrikam.example", "tenant": None, "act": False, "env": {}}
    return await ask_once(text, data=data, **{**wishes, **changed})


async def test_an_agents_question_is_understood_and_answered(data: Path) -> None:
    found = await asked(QUESTION, data)
    assert found["understood"] == {
        "intent": "status",
        "people": ["jose@fabrikam.example"],
        "apps": ["AskCody"],
        "group": None,
    }
    assert set(found["answer"]) == {"cause", "causes", "owner", "retry", "facts"}
    assert found["answer"]["cause"] == "missing_attribute"
    (reply,) = found["replies"]
    assert reply["type"] == "message"
    assert reply["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert printed(found).startswith("José García cannot get into AskCody: the mail address is empty.")
    assert not is_no(found)


async def test_a_plain_persons_question_about_somebody_else_is_a_no(data: Path) -> None:
    found = await asked(QUESTION, data, upn="olle@fabrikam.example")
    assert found["understood"]["intent"] == "denied" and found["answer"] is None
    assert is_no(found)


async def test_a_name_that_nobody_has_is_a_no_with_its_cause(data: Path) -> None:
    found = await asked("status zebulon.nobody@fabrikam.example in AskCody", data)
    assert is_no(found)
    assert found["answer"] == {
        "cause": "no_account",
        "causes": ["no_account"],
        "owner": ["data_owner"],
        "retry": "after_fix",
        "facts": {"person": "zebulon.nobody@fabrikam.example", "app": "AskCody"},
    }


async def test_a_name_that_several_have_is_answered_with_who_they_are(data: Path) -> None:
    found = await asked("why can't Maja get into AskCody", data)
    assert found["understood"]["intent"] == "choose_person"
    assert found["answer"]["cause"] == "ambiguous_person"
    assert (found["answer"]["owner"], found["answer"]["retry"]) == (["data_owner"], "after_fix")
    facts = found["answer"]["facts"]
    assert (facts["person"], facts["app"]) == ("Maja", "AskCody")
    assert len(facts["candidates"]) > 1 and facts["candidates"] == found["understood"]["people"]


async def test_somebody_who_is_not_in_the_company_cannot_ask(data: Path) -> None:
    with pytest.raises(NotThereError, match=r"nobody@fabrikam\.example"):
        await asked(QUESTION, data, upn="nobody@fabrikam.example")


async def test_a_ticket_is_shown_and_stored_only_when_told_to(data: Path) -> None:
    text = "I need a human: the badge printer knows nobody"
    assert "nothing was stored" in printed(await asked(text, data))
    assert "badge" not in printed(await asked("my tickets", data))
    assert "SD-" in printed(await asked(text, data, act=True))
    assert "badge" in printed(await asked("my tickets", data))


async def test_what_the_desk_would_remember_of_jobs_and_failures_leaves_no_trace(data: Path) -> None:
    slow = await asked("why is the AskCody sync slow", data, upn="ines@fabrikam.example")
    assert slow["understood"]["intent"] == "scope"
    assert printed(slow).startswith("AskCody takes in")
    failing = await asked("who is failing in AskCody", data)
    assert failing["understood"]["intent"] == "failures"
    assert "in AskCody, over" in printed(failing)
    async with (
        embedded(data / f"ask-{await tenant_of_the_demo()}") as url,
        await AsyncConnection.connect(url) as connection,
    ):
        found = await connection.execute("SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM log_sweeps)")
        assert await found.fetchone() == (0,)


async def tenant_of_the_demo() -> str:
    company = await start()
    await company.stop()
    return company.tenant_id


async def test_a_second_question_at_the_same_time_gets_a_database_of_its_own(data: Path) -> None:
    async with embedded(data / f"ask-{await tenant_of_the_demo()}"):
        found = await asyncio.wait_for(asked(QUESTION, data), 60)
    assert found["answer"]["cause"] == "missing_attribute"


async def test_settings_of_a_tenant_go_before_the_demos_company(data: Path) -> None:
    with pytest.raises(SettingsError, match="SYNC_DESK_CLIENT_ID is missing"):
        await asked(QUESTION, data, env={"SYNC_DESK_TENANT_ID": "3f2504e0-4f89-41d3-9a0c-0305e82c3301"})
