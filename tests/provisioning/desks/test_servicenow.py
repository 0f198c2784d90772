"""ServiceNow's Table API, against a server that answers as its documentation says."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import ClientSession

from provisioning.desks.servicenow import ServiceNow
from provisioning.errors import NotAllowedError, NotThereError, RefusedError, TryLaterError, UncertainError
from provisioning.handover import Standing
from tests.provisioning.desks.far_side import ServiceNowInstance, listening
from tests.provisioning.desks.notices import CLOSED, INTERNAL, NOTED, OPENED, STORY, TAKEN

Pair = tuple[ServiceNowInstance, ServiceNow]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    instance = ServiceNowInstance()
    async with listening(instance.app()) as url, ClientSession() as session:
        desk = ServiceNow(
            session, url=url, user="desk", password="secret", close_code="Solved", fields={"category": "software"}
        )
        yield instance, desk


async def test_a_ticket_becomes_an_incident_and_its_steps_become_comments_and_states(pair: Pair) -> None:
    instance, desk = pair
    link = None
    for notice in STORY:
        link = await desk.tell(notice, link, again=False)
    (record,) = instance.records.values()
    assert link is not None and link.name == record["number"] and record["sys_id"] in link.url
    assert record["short_description"] == "[SD-1001] José Martín cannot get into AskCody"
    assert (record["state"], record["close_code"], record["category"]) == ("6", "Solved", "software")
    assert [(kind, said) for _, kind, said in instance.journal] == [
        ("comments", TAKEN.text),
        ("comments", NOTED.text),
        ("work_notes", INTERNAL.text),
        ("comments", CLOSED.text),
    ]


async def test_an_incident_whose_answer_was_lost_is_found_again_and_not_opened_twice(pair: Pair) -> None:
    instance, desk = pair
    instance.faults.coming = ["cut"]
    with pytest.raises(UncertainError):
        await desk.tell(OPENED, None, again=False)
    link = await desk.tell(OPENED, None, again=True)
    assert [record["number"] for record in instance.records.values()] == [link.name]
    assert instance.journal == []


async def test_a_comment_whose_answer_was_lost_is_not_written_twice(pair: Pair) -> None:
    instance, desk = pair
    link = await desk.tell(OPENED, None, again=False)
    instance.faults.coming = ["cut"]
    with pytest.raises(UncertainError):
        await desk.tell(NOTED, link, again=False)
    await desk.tell(NOTED, link, again=True)
    assert [said for _, _, said in instance.journal] == [NOTED.text]


async def test_a_comment_that_never_arrived_is_written_by_the_next_attempt(pair: Pair) -> None:
    instance, desk = pair
    link = await desk.tell(OPENED, None, again=False)
    instance.faults.coming = [500]
    with pytest.raises(UncertainError):
        await desk.tell(NOTED, link, again=False)
    await desk.tell(NOTED, link, again=True)
    assert [said for _, _, said in instance.journal] == [NOTED.text]


async def test_what_happened_meanwhile_in_servicenow_is_not_overwritten_by_a_note(pair: Pair) -> None:
    instance, desk = pair
    link = await desk.tell(OPENED, None, again=False)
    instance.records[link.id]["state"] = "3"
    await desk.tell(NOTED, link, again=False)
    assert instance.records[link.id]["state"] == "3"


async def test_a_desk_that_joins_late_opens_the_incident_as_the_ticket_stands(pair: Pair) -> None:
    instance, desk = pair
    await desk.tell(CLOSED, None, again=False)
    (record,) = instance.records.values()
    assert record["state"] == "6" and [said for _, _, said in instance.journal] == [CLOSED.text]


async def test_a_reopened_ticket_is_new_again(pair: Pair) -> None:
    instance, desk = pair
    link = await desk.tell(CLOSED, None, again=False)
    await desk.tell(replace(CLOSED, step=5, what="reopened", standing=Standing.OPEN), link, again=False)
    assert instance.records[link.id]["state"] == "1"


async def test_an_incident_that_somebody_removed_is_said_to_be_gone(pair: Pair) -> None:
    instance, desk = pair
    link = await desk.tell(OPENED, None, again=False)
    instance.records.clear()
    with pytest.raises(NotThereError, match="404"):
        await desk.tell(NOTED, link, again=False)


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, TryLaterError), (503, TryLaterError), (401, NotAllowedError), (400, RefusedError), (302, RefusedError)],
)
async def test_a_refusal_says_what_to_do_with_it(pair: Pair, status: int, error: type[Exception]) -> None:
    instance, desk = pair
    instance.faults.coming = [status]
    instance.faults.headers = {"Retry-After": "17"}
    with pytest.raises(error, match=f"ServiceNow answered {status} \\(not today\\)") as refusal:
        await desk.tell(OPENED, None, again=False)
    assert getattr(refusal.value, "wait", 17) == 17
    assert instance.records == {}


async def test_an_instance_that_is_down_is_tried_later() -> None:
    async with listening(ServiceNowInstance().app()) as url:
        pass
    async with ClientSession() as session:
        desk = ServiceNow(session, url=url, user="desk", password="secret", close_code="Solved")
        with pytest.raises(TryLaterError, match="cannot be reached"):
            await desk.tell(OPENED, None, again=False)
