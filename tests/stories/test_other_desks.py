"""A ticket that lives in another desk as well: told there, worked on there, and the one who asked hears of it here."""

import asyncio
import json
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import psycopg
import pytest

from provisioning.desks.signature import secret_of, signed
from tests.provisioning.desks.far_side import JiraSite, Receiver, ServiceNowInstance, listening
from tests.stories.house import House, open_house

SECRET = "whsec_" + b64encode(b"what ServiceNow and we know").decode()
PATIENCE = 60.0  # s


class Others:
    """Three other desks, and the house that tells them."""

    def __init__(
        self, house: House, servicenow: ServiceNowInstance, jira: JiraSite, receiver: Receiver, *, database: str
    ) -> None:
        self._database = database
        self.house = house
        self.servicenow = servicenow
        self.jira = jira
        self.receiver = receiver

    def links(self) -> int:
        """How many records of other desks we know: a desk may call once we know its."""
        with psycopg.connect(self._database) as connection:
            row = connection.execute("SELECT count(*) FROM desk_links").fetchone()
        return int(row[0]) if row else 0

    async def call(self, body: dict[str, Any], *, key: str, desk: str = "servicenow") -> tuple[int, str]:
        raw = json.dumps(body).encode()
        headers = signed(secret_of(SECRET), raw, id=key, at=int(time.time())) | {"Content-Type": "application/json"}
        url = self.house.bot.replace("/api/messages", "") + f"/api/desks/{desk}"
        async with self.house.session.post(url, data=raw, headers=headers) as response:
            return response.status, await response.text()


@pytest.fixture
async def others(database_url: str) -> AsyncIterator[Others]:
    servicenow, jira, receiver = ServiceNowInstance(), JiraSite(), Receiver()
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(listening(each.app())) for each in (servicenow, jira, receiver)]
        settings = {
            "servicenow_url": urls[0],
            "servicenow_user": "desk",
            "servicenow_password": "secret",
            "servicenow_callback_secret": SECRET,
            "jira_url": urls[1],
            "jira_user": "desk@fabrikam.example",
            "jira_token": "token",
            "jira_project": "HELP",
            "webhook_url": f"{urls[2]}/hook",
            "webhook_secret": SECRET,
        }
        house = await stack.enter_async_context(open_house(database_url, **settings))
        yield Others(house, servicenow, jira, receiver, database=database_url)


async def until(done: Callable[[], Any], what: str) -> None:
    """Wait for the other side."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not done():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"never happened: {what}") from None


async def test_a_ticket_is_opened_in_every_desk_with_its_evidence(others: Others) -> None:
    jose = others.house.person("jose")
    asked = await others.house.teams.say(jose, "why am I not in AskCody")
    await others.house.teams.click(jose, asked, "open_ticket")
    await until(lambda: others.servicenow.records and others.jira.issues and others.receiver.got, "the three openings")
    (incident,) = others.servicenow.records.values()
    assert "José García" in incident["description"] and "missing_attribute" in incident["description"]
    assert incident["short_description"].startswith("[SD-1001] ")
    assert others.jira.issues["HELP-1"]["fields"]["labels"] == [incident["correlation_id"]]
    told = json.loads(others.receiver.got[0][1])
    assert (told["type"], told["data"]["ticket"]) == ("ticket.opened", "SD-1001")
    assert told["data"]["requester"]["name"] == "José García"


async def test_the_helpdesks_card_says_where_else_a_ticket_stands(others: Others) -> None:
    channel = "19:helpdesk@thread.tacv2"
    words = "use this channel for the helpdesk"
    await others.house.teams.say(others.house.person("ines"), words, where=channel, kind="channel")
    await others.house.teams.say(others.house.person("olle"), "I need a human: my desk is on fire")
    await others.house.teams.see(
        lambda shown: shown.conversation == channel and "INC0010001" in shown.text and "HELP-1" in shown.text,
        what="the incident and the issue on the card",
    )


async def test_what_servicenow_says_reaches_who_asked_and_the_other_desks(others: Others) -> None:
    olle = others.house.person("olle")
    await others.house.teams.say(olle, "I need a human: my desk is on fire")
    await until(lambda: others.links() == 3, "the three records")
    (incident,) = others.servicenow.records.values()
    status, said = await others.call(
        {"record": incident["number"], "status": "taken", "comment": "I am on my way.", "by": "Kim Lee"}, key="call-1"
    )
    assert (status, json.loads(said)["status"]) == (200, "taken")
    own = f"a:{olle.id}"
    await others.house.teams.see(
        lambda shown: shown.conversation == own and "Kim Lee (ServiceNow)" in shown.text, what="word that it is taken"
    )
    await until(lambda: any("I am on my way." in str(one) for one in others.jira.comments["HELP-1"]), "the other desk")
    assert others.servicenow.journal == [], "nobody is told what they said themselves"
    status, said = await others.call({"ticket": "SD-1001", "status": "closed"}, key="call-2")
    assert (status, json.loads(said)["status"]) == (200, "closed")
    await until(lambda: others.jira.status("HELP-1") == "Done", "the end in the other desk")


async def test_a_call_that_comes_again_is_taken_once(others: Others) -> None:
    await others.house.teams.say(others.house.person("olle"), "I need a human: my desk is on fire")
    await until(lambda: others.links() == 3, "the three records")
    call = {"ticket": "SD-1001", "comment": "Please restart."}
    answers = await asyncio.gather(*(others.call(call, key="call-1") for _ in range(5)))
    assert sorted(status for status, _ in answers) == [200, 409, 409, 409, 409]
    await until(lambda: len(others.jira.comments.get("HELP-1", ())) == 1, "one comment")


async def test_a_desk_touches_only_tickets_that_it_was_told_of(others: Others) -> None:
    assert (await others.call({"ticket": "SD-4711", "status": "closed"}, key="call-1"))[0] == 404
    assert (await others.call({"record": "INC0099999", "status": "closed"}, key="call-2"))[0] == 404
    assert (await others.call({"ticket": "SD-1001", "status": "closed"}, key="call-3", desk="webhook"))[0] == 404
