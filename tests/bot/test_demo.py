"""``sync-desk demo`` as a user starts it: ready in one line, on loopback alone, gone on Ctrl-C."""

import asyncio
import json
import re
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bot.demo import Wishes
from bot.demo import demo as run_demo
from bot.playground.node import Node, NoNodeError
from bot.running import NOTE, find
from tests.bot.demos import PATIENCE, READY, Demo, alive, command, data_folder, descendants, gone, running_demo
from tests.bot.nodes import node_or_skip
from tests.bot.sockets import LOOPBACK, TABLE, listeners

linux = pytest.mark.skipif(not TABLE.exists(), reason="processes and sockets are read from Linux's /proc")


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


@pytest.fixture
def own_data() -> Iterator[Path]:
    """A folder for one test alone."""
    with data_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def demo(data: Path) -> Iterator[Demo]:
    node_or_skip()
    with running_demo(data) as started:
        if started.chat == "none":
            pytest.skip(f"the Playground could not be had: {started.told}")
        yield started


def get(url: str) -> Any:
    assert url.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.loads(answer.read())


def test_ready_is_said_in_one_line_and_then_how_to_go_on(demo: Demo) -> None:
    assert [line for line in demo.lines if line.startswith("Ready:")] == [demo.lines[0]]
    assert READY.fullmatch(demo.lines[0])
    guide = "\n".join(demo.lines[1:])
    for words in (
        demo.chat,
        "Aisha Khan",
        "why can't José get into AskCody",
        "curl -X PATCH",
        "General",
        "--as",
        "Ctrl-C",
    ):
        assert words in guide


def test_every_address_of_the_ready_line_answers(demo: Demo) -> None:
    assert urllib.request.urlopen(f"{demo.chat}/_debug/ping", timeout=60).read() == b"pong"
    assert get(f"{demo.tenant}/play/people")["people"]
    assert urllib.request.urlopen(demo.bot.replace("/api/messages", "/livez"), timeout=60).status == 200


@linux
def test_nothing_that_it_started_listens_beyond_this_machine(demo: Demo) -> None:
    started = descendants(demo.process.pid)
    assert len(started) > 2  # the desk, the Playground, the database's processes
    heard = {pid: listeners(pid) for pid in started}
    assert set().union(*heard.values()) == {LOOPBACK}


def test_a_second_one_in_the_same_folder_says_that_one_runs(demo: Demo, data: Path) -> None:
    second = command("demo", "--data", str(data), "--no-browser")
    assert second.returncode == 3
    assert f"A demo already runs with the data folder {data}" in second.stderr
    assert demo.chat in second.stderr and demo.bot in second.stderr


def test_a_second_one_on_the_same_port_names_the_port(demo: Demo, tmp_path: Path) -> None:
    second = command("demo", "--data", str(tmp_path), "--port", str(demo.port), "--no-browser")
    assert second.returncode == 3
    assert f"Port {demo.port} of this machine is in use" in second.stderr


def test_the_terminal_chat_joins_the_running_demo(demo: Demo, data: Path) -> None:
    before = get(f"{demo.tenant}/play/counters")
    chat = command("chat", "--as", "aisha@fabrikam.example", "--data", str(data), typed="status jose in AskCody\n")
    assert chat.returncode == 0, chat.stderr
    assert "José García cannot get into AskCody: the mail address is empty." in chat.stdout
    assert re.search(r"\[\d+\] Provision now", chat.stdout)
    assert get(f"{demo.tenant}/play/counters") != before


def test_a_question_goes_to_the_running_demos_company_and_changes_nothing_there(demo: Demo, data: Path) -> None:
    before = get(f"{demo.tenant}/play/counters")
    asked = command("ask", "provision jose in AskCody", "--as", "aisha@fabrikam.example", "--data", str(data), "--json")
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout)["answer"]["cause"] == "missing_attribute"
    after = get(f"{demo.tenant}/play/counters")
    assert after["auditLogs"] > before.get("auditLogs", 0)
    for written in ("provisionOnDemand", "usersPatched"):
        assert after.get(written, 0) == before.get(written, 0)


def test_somebody_else_speaks_after_one_command(demo: Demo, data: Path) -> None:
    changed = command("demo", "--as", "olle@fabrikam.example", "--data", str(data))
    assert changed.returncode == 0, changed.stderr
    assert changed.stdout == f"Olle Svensson (olle@fabrikam.example) speaks now: reload {demo.chat}\n"
    speaker = get(f"{demo.chat}/_internal/v1/testConfig")["config"]["currentUser"]
    assert speaker["userPrincipleName"] == "olle@fabrikam.example"
    note = find(data)
    assert note is not None and note.speaker == "olle@fabrikam.example"


def test_nobody_is_put_on_stage_who_is_not_in_the_company(demo: Demo, data: Path) -> None:
    refused = command("demo", "--as", "nobody@fabrikam.example", "--data", str(data))
    assert refused.returncode == 2
    assert "Nobody in the company has the address nobody@fabrikam.example" in refused.stderr
    assert urllib.request.urlopen(f"{demo.chat}/_debug/ping", timeout=60).read() == b"pong"


def test_the_side_door_is_closed_to_whoever_cannot_read_the_note(demo: Demo, data: Path) -> None:
    note = find(data)
    assert note is not None
    order = urllib.request.Request(f"{note.control}/speaker", data=b'{"upn": "ines@fabrikam.example"}', method="POST")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(order, timeout=60)


@linux
def test_a_signal_ends_everything_that_it_started(demo: Demo, data: Path) -> None:
    """The last test with this demo."""
    started = descendants(demo.process.pid)
    demo.process.send_signal(signal.SIGINT)
    assert demo.ended() == 0
    assert demo.told[-1] == "Stopping."
    assert gone(started)
    assert not (data / NOTE).exists()


@linux
def test_what_a_killed_demo_left_is_taken_over_by_the_next(own_data: Path) -> None:
    with running_demo(own_data, "--no-playground") as first:
        started = descendants(first.process.pid)
        first.process.kill()
        assert first.ended() == -signal.SIGKILL
    left = alive(started)  # the database's server lives in a session of its own
    assert (own_data / NOTE).exists()
    with running_demo(own_data, "--no-playground") as second:
        assert second.chat == "none"
        assert any(" chat --data " in line for line in second.lines)
        second.process.terminate()
        assert second.ended() == 0
    assert gone(left)


async def test_where_no_node_can_be_had_the_desk_runs_and_says_what_is_missing(
    own_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none() -> Node:
        raise NoNodeError("There is no Node.js here.")

    monkeypatch.setattr("bot.theatre.find_node", none)
    said: asyncio.Queue[str] = asyncio.Queue()
    told: list[str] = []
    wishes = Wishes(port=0, data=own_data, browser=False)
    running = asyncio.create_task(run_demo(wishes, say=said.put_nowait, tell=told.append))
    ready = await asyncio.wait_for(said.get(), PATIENCE)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    found = READY.fullmatch(ready)
    assert found and found[4] == "none"
    assert "There is no Node.js here.\nThe desk starts without the Playground." in told
    assert said.get_nowait().endswith(" --as UPN")


def test_an_unknown_speaker_ends_the_start_at_once(own_data: Path) -> None:
    refused = command("demo", "--as", "nobody@x.example", "--data", str(own_data), "--port", "0", "--no-browser")
    assert refused.returncode == 2
    assert "Nobody in the company has the address nobody@x.example" in refused.stderr
    assert not (own_data / NOTE).exists()
