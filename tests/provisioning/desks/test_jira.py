"""Jira's REST API v3, against a server that answers as its documentation says."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import ClientSession

from provisioning.desks.jira import Jira, document, text_of
from provisioning.errors import NotThereError, RefusedError, UncertainError
from provisioning.handover import Standing
from tests.provisioning.desks.far_side import JiraSite, listening
from tests.provisioning.desks.notices import CLOSED, INTERNAL, NOTED, OPENED, STORY, TAKEN

Pair = tuple[JiraSite, Jira]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    site = JiraSite()
    async with listening(site.app()) as url, ClientSession() as session:
        yield (
            site,
            Jira(
                session,
                url=url,
                user="desk@fabrikam.example",
                token="token",
                project="HELP",
                issue_type="[System] Incident",
                fields={"customfield_10010": "it/access"},
            ),
        )


def said(site: JiraSite, key: str) -> list[str]:
    return [text_of(comment["body"]) for comment in reversed(site.comments[key])]


async def test_a_ticket_becomes_an_issue_and_its_steps_become_comments_and_transitions(pair: Pair) -> None:
    site, desk = pair
    link = None
    for notice in STORY:
        link = await desk.tell(notice, link, again=False)
    assert link is not None and link.name == "HELP-1" and link.url.endswith("/browse/HELP-1")
    fields = site.issues["HELP-1"]["fields"]
    assert fields["labels"] == ["sd1a2b-SD-1001"] and fields["customfield_10010"] == "it/access"
    assert "The mail address is empty." in text_of(fields["description"])
    assert site.status("HELP-1") == "Done"
    assert said(site, "HELP-1") == [f"{one.text} {one.key}" for one in (TAKEN, NOTED, INTERNAL, CLOSED)]


async def test_an_internal_note_is_internal_there_as_well(pair: Pair) -> None:
    site, desk = pair
    link = await desk.tell(OPENED, None, again=False)
    await desk.tell(INTERNAL, link, again=False)
    await desk.tell(NOTED, link, again=False)
    public, internal = site.comments["HELP-1"]
    assert internal["properties"] == [{"key": "sd.public.comment", "value": {"internal": True}}]
    assert "properties" not in public


async def test_an_issue_whose_answer_was_lost_is_found_by_its_label(pair: Pair) -> None:
    site, desk = pair
    site.faults.coming = ["well", "cut"]  # the search, then the issue
    with pytest.raises(UncertainError):
        await desk.tell(OPENED, None, again=False)
    link = await desk.tell(OPENED, None, again=True)
    assert list(site.issues) == [link.name] and said(site, link.name) == []


async def test_a_comment_whose_answer_was_lost_is_not_written_twice(pair: Pair) -> None:
    site, desk = pair
    link = await desk.tell(OPENED, None, again=False)
    site.faults.coming = ["cut"]
    with pytest.raises(UncertainError):
        await desk.tell(CLOSED, link, again=False)
    assert site.status("HELP-1") != "Done"
    await desk.tell(CLOSED, link, again=True)
    assert len(said(site, "HELP-1")) == 1 and site.status("HELP-1") == "Done"


async def test_a_workflow_without_progress_is_let_be_but_one_without_an_end_is_said(pair: Pair) -> None:
    site, desk = pair
    site.statuses = {"Waiting for support": "new"}
    link = await desk.tell(OPENED, None, again=False)
    await desk.tell(TAKEN, link, again=False)
    assert site.status("HELP-1") == "Waiting for support"
    with pytest.raises(RefusedError, match="no transition"):
        await desk.tell(CLOSED, link, again=False)


async def test_a_reopened_ticket_goes_back_to_the_beginning_of_the_workflow(pair: Pair) -> None:
    site, desk = pair
    link = await desk.tell(CLOSED, None, again=False)
    assert site.status("HELP-1") == "Done"
    await desk.tell(replace(CLOSED, step=5, what="reopened", standing=Standing.OPEN), link, again=False)
    assert site.status("HELP-1") == "Waiting for support"


async def test_a_refused_issue_says_which_field_is_wrong() -> None:
    site = JiraSite()
    async with listening(site.app()) as url, ClientSession() as session:
        wrong = {"labels": ["two words"]}
        login = {"user": "desk@fabrikam.example", "token": "token"}
        desk = Jira(session, url=url, **login, project="HELP", issue_type="Incident", fields=wrong)
        with pytest.raises(RefusedError, match="labels: The label has spaces"):
            await desk.tell(OPENED, None, again=False)
    assert site.issues == {}


async def test_an_issue_that_was_deleted_is_said_to_be_gone(pair: Pair) -> None:
    site, desk = pair
    link = await desk.tell(OPENED, None, again=False)
    site.issues.clear()
    with pytest.raises(NotThereError, match="Issue does not exist"):
        await desk.tell(NOTED, link, again=False)


def test_text_becomes_a_document_without_empty_text_nodes() -> None:
    made = document("one\n\ntwo")
    assert text_of(made) == "one two"
    assert [part["content"] for part in made["content"]][1] == []
