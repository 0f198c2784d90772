"""Roundup, the real one: a tracker of its classic template, served on loopback for this file alone."""

import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from aiohttp import BasicAuth, ClientSession

from provisioning.desks.roundup import Roundup
from provisioning.errors import NotAllowedError, NotThereError, TryLaterError, UncertainError
from provisioning.handover import Link, Notice, Standing
from tests.provisioning.desks.notices import CLOSED, INTERNAL, NOTED, OPENED, STORY, TAKEN


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 – the library's name
        """Nothing."""


class Tracker:
    """The server. ``cut``, ``refuse``: the next such write ("POST /msg") is done and its answer lost, or not done."""

    def __init__(self) -> None:
        self.cut = ""
        self.refuse = ""
        self.roundup: Any = None
        self.server: WSGIServer = make_server("127.0.0.1", 0, self._answer, handler_class=Quiet)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def _answer(self, environ: dict[str, Any], start: Any) -> Any:
        here = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO'].removeprefix('/rest/data')}"
        if here == self.refuse:
            self.refuse = ""
            start("503 Service Unavailable", [("Content-Type", "text/plain")])
            return [b"not now"]
        if here == self.cut:
            self.cut = ""
            self.roundup(environ, lambda *_: lambda _: None)
            raise ConnectionAbortedError  # the connection is closed without an answer
        return self.roundup(environ, start)


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    from roundup.cgi.wsgi_handler import RequestDispatcher

    made, home = Tracker(), tmp_path_factory.mktemp("roundup") / "desk"
    admin = [sys.executable, "-m", "roundup.scripts.roundup_admin", "-i", str(home)]
    subprocess.run([*admin, "install", "classic", "sqlite"], check=True, capture_output=True, input=b"\n")
    text = (home / "config.ini").read_text()
    for before, after in {
        "#web = NO DEFAULT": f"web = {made.url}/",
        "#domain = NO DEFAULT": "domain = fabrikam.example",
        "#host = NO DEFAULT": "host = 127.0.0.1",
        "password_pbkdf2_default_rounds = 250000": "password_pbkdf2_default_rounds = 1000",
        "\ndebug = \n": f"\ndebug = {home / 'mail.txt'}\n",
    }.items():
        assert before in text
        text = text.replace(before, after)
    (home / "config.ini").write_text(text)
    subprocess.run([*admin, "initialise", "secret"], check=True, capture_output=True)
    made.roundup = RequestDispatcher(str(home))
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        thread.join()
        made.server.server_close()


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def desk(tracker: Tracker, session: ClientSession) -> Roundup:
    return Roundup(session, url=tracker.url, user="admin", password="secret")


async def shown(tracker: Tracker, session: ClientSession, link: Link) -> tuple[str, str, list[str]]:
    """Title, status and messages of an issue, as Roundup itself tells them."""

    async def read(path: str) -> Any:
        login = BasicAuth("admin", "secret")
        async with session.get(
            f"{tracker.url}/rest/data{path}", auth=login, headers={"X-Requested-With": "rest"}
        ) as got:
            return (await got.json(content_type=None))["data"]["attributes"]

    issue = await read(f"/issue/{link.id}?@verbose=2")
    messages = [(await read(f"/msg/{one['id']}?@verbose=3"))["content"] for one in issue["messages"]]
    return issue["title"], issue["status"]["name"], messages


def about(number: int) -> tuple[Notice, ...]:
    """The story of a ticket of its own."""
    return tuple(replace(one, ticket=f"SD-{number}") for one in STORY)


async def test_a_ticket_becomes_an_issue_and_its_steps_become_messages_and_statuses(
    tracker: Tracker, session: ClientSession, desk: Roundup
) -> None:
    link = None
    for notice in about(2001):
        link = await desk.tell(notice, link, again=False)
    assert link is not None
    title, status, messages = await shown(tracker, session, link)
    assert title == "[SD-2001] José Martín cannot get into AskCody [sd1a2b-SD-2001]" and status == "resolved"
    assert messages == [OPENED.description, TAKEN.text, NOTED.text, INTERNAL.text, CLOSED.text]


@pytest.mark.parametrize(("write", "number"), [("POST /msg", 2010), ("POST /issue", 2011)])
async def test_an_issue_whose_answer_was_lost_is_found_again_and_not_opened_twice(
    tracker: Tracker, session: ClientSession, desk: Roundup, write: str, number: int
) -> None:
    opened = about(number)[0]
    tracker.cut = write
    with pytest.raises(UncertainError):
        await desk.tell(opened, None, again=False)
    link = await desk.tell(opened, None, again=True)
    assert await desk.tell(opened, None, again=True) == link
    assert (await shown(tracker, session, link))[2] == [OPENED.description]


@pytest.mark.parametrize("at", range(2))
async def test_a_step_that_broke_off_anywhere_is_told_once(
    tracker: Tracker, session: ClientSession, desk: Roundup, at: int
) -> None:
    opened, _, _, _, closed = about(2030 + at)
    link = await desk.tell(opened, None, again=False)
    tracker.cut = ["POST /msg", f"PUT /issue/{link.id}"][at]
    with suppress(UncertainError):  # the HTTP library repeats a PUT by itself, and the etag says that it was done
        await desk.tell(closed, link, again=False)
    assert tracker.cut == ""
    await desk.tell(closed, link, again=True)
    _, status, messages = await shown(tracker, session, link)
    assert (status, messages) == ("resolved", [OPENED.description, CLOSED.text])


async def test_a_ticket_is_not_taken_for_one_whose_number_begins_alike(
    tracker: Tracker, session: ClientSession, desk: Roundup
) -> None:
    long = await desk.tell(about(20401)[0], None, again=False)
    short = await desk.tell(about(2040)[0], None, again=False)
    assert long.id != short.id


async def test_a_reopened_ticket_is_unread_again(tracker: Tracker, session: ClientSession, desk: Roundup) -> None:
    closed = about(2050)[-1]
    link = await desk.tell(closed, None, again=False)
    assert (await shown(tracker, session, link))[1] == "resolved"
    await desk.tell(replace(closed, step=5, what="reopened", standing=Standing.OPEN), link, again=False)
    assert (await shown(tracker, session, link))[1] == "unread"


async def test_a_refusal_says_what_to_do_with_it(tracker: Tracker, session: ClientSession, desk: Roundup) -> None:
    opened, taken, *_ = about(2060)
    tracker.refuse = "POST /msg"
    with pytest.raises(TryLaterError, match="503"):
        await desk.tell(opened, None, again=False)
    link = await desk.tell(opened, None, again=True)
    with pytest.raises(NotThereError, match="404"):
        await desk.tell(taken, replace(link, id="99999"), again=False)
    wrong = Roundup(session, url=tracker.url, user="admin", password="wrong")
    with pytest.raises(NotAllowedError, match="401"):
        await wrong.tell(taken, link, again=False)
