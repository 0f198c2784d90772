"""The real Playground, against an echo in the place of the bot: reachable from this machine alone, gone when we are."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.playground.node import Node
from bot.playground.playground import (
    CLI,
    HERE,
    PROOF,
    PlaygroundError,
    environment,
    install,
    installed,
    playground,
)
from bot.playground.stage import Stage, channel_id
from tests.bot.sockets import LOOPBACK, TABLE, listeners

Heard = asyncio.Queue[dict[str, Any]]


@asynccontextmanager
async def listening_ear() -> AsyncIterator[tuple[str, Heard]]:
    """A bot that says nothing: its messaging endpoint and the activities that come in."""
    heard: Heard = asyncio.Queue()

    async def hear(request: web.Request) -> web.Response:
        await heard.put(await request.json())
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/api/messages", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}/api/messages", heard
    finally:
        await runner.cleanup()


@pytest.fixture
async def ear() -> AsyncIterator[tuple[str, Heard]]:
    async with listening_ear() as pair:
        yield pair


@pytest.mark.skipif(not TABLE.exists(), reason="the kernel's list of sockets is Linux's")
async def test_it_listens_on_loopback_and_nowhere_else(
    node: Node, installed_folder: Path, stage: Stage, ear: tuple[str, Heard]
) -> None:
    async with playground(node, installed_folder, stage, endpoint=ear[0], port=0) as running:
        assert listeners(running.pid) == {LOOPBACK}


async def test_the_bot_hears_of_its_installation_in_the_helpdesks_channel(
    node: Node, installed_folder: Path, stage: Stage, ear: tuple[str, Heard]
) -> None:
    endpoint, heard = ear
    async with playground(node, installed_folder, stage, endpoint=endpoint, port=0) as running:
        await running.announce(stage.general_channel)
        activity = await asyncio.wait_for(heard.get(), 10)
    assert activity["type"] == "installationUpdate"
    assert activity["conversation"]["id"] == stage.general_channel
    assert activity["channelData"]["tenant"]["id"] == stage.tenant_id
    assert activity["recipient"]["id"] == stage.bot_id


async def test_the_speaker_speaks_with_the_directorys_id(
    node: Node, installed_folder: Path, stage: Stage, ear: tuple[str, Heard]
) -> None:
    endpoint, heard = ear
    async with playground(node, installed_folder, stage, endpoint=endpoint, port=0) as running:
        messages = f"{running.url}/_conversation/v1/conversations/{stage.personal_chat}/messages"
        said = {"from": {"id": channel_id(stage.speaker)}, "text": "hello", "textFormat": "plain"}
        async with aiohttp.ClientSession() as session, session.post(messages, json=said) as answer:
            assert answer.status < 300, await answer.text()
        activity = await asyncio.wait_for(heard.get(), 10)
    assert (activity["type"], activity["text"]) == ("message", "hello")
    assert activity["from"]["aadObjectId"] == stage.speaker.id
    assert activity["serviceUrl"].startswith("http://localhost:")


async def test_a_taken_port_is_not_an_obstacle(
    node: Node, installed_folder: Path, stage: Stage, ear: tuple[str, Heard]
) -> None:
    taken = int(ear[0].split(":")[2].split("/")[0])
    async with playground(node, installed_folder, stage, endpoint=ear[0], port=taken) as running:
        assert not running.url.endswith(f":{taken}")


async def test_it_is_gone_when_the_block_is_left(
    node: Node, installed_folder: Path, stage: Stage, ear: tuple[str, Heard]
) -> None:
    async with playground(node, installed_folder, stage, endpoint=ear[0], port=0) as running:
        pass
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(running.url)


CHILD = """
import asyncio, sys
from pathlib import Path
from bot.playground.node import find_node
from bot.playground.playground import playground
from tests.bot.playground.conftest import TENANT, some_people
from bot.playground.stage import set_stage
async def main():
    stage = set_stage(some_people(6), tenant_id=TENANT, tenant_name="Contoso", speaker=None)
    async with playground(await find_node(), Path(sys.argv[1]), stage, endpoint="http://127.0.0.1:9/", port=0) as it:
        print(it.url, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


async def test_it_does_not_outlive_a_demo_that_was_killed(node: Node, installed_folder: Path) -> None:
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CHILD, str(installed_folder)),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=asyncio.subprocess.PIPE,
    )
    assert demo.stdout is not None
    url = (await asyncio.wait_for(demo.stdout.readline(), 30)).decode().strip()
    demo.kill()
    await demo.wait()
    assert await gone(url)


async def gone(url: str) -> bool:
    """Whether nobody answers at ``url`` within ten seconds from now on."""
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            try:
                async with session.get(url):
                    await asyncio.sleep(0.05)
            except aiohttp.ClientError:
                return True
    return False


async def test_a_configuration_that_it_refuses_is_reported_with_its_log(
    node: Node, installed_folder: Path, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.playground.playground.STARTS_WITHIN", 3.0)
    monkeypatch.setattr(Stage, "config", lambda self: {"version": "0.1.1"})
    with pytest.raises(PlaygroundError, match=r"did not start: .*playground\.log"):
        async with playground(node, installed_folder, stage, endpoint="http://127.0.0.1:9/", port=0):
            pytest.fail("it started")


async def test_a_second_installation_does_nothing(node: Node, installed_folder: Path) -> None:
    assert installed(installed_folder)
    before = (installed_folder / CLI).stat()
    assert await install(node, installed_folder) is False
    assert (installed_folder / CLI).stat() == before


def test_an_installation_without_its_proof_does_not_count(tmp_path: Path) -> None:
    (tmp_path / CLI).parent.mkdir(parents=True)
    (tmp_path / CLI).touch()
    assert not installed(tmp_path)
    (tmp_path / PROOF).write_text('{"another": "lock file"}')
    assert not installed(tmp_path)


async def test_an_installation_that_fails_says_why(tmp_path: Path) -> None:
    npm = tmp_path / "npm.py"
    npm.write_text("import sys; print('npm error: the registry does not answer'); sys.exit(1)")
    broken = Node(program=Path("node"), npm=(sys.executable, str(npm)), major=20)
    with pytest.raises(PlaygroundError, match="could not install the Playground: npm error: the registry"):
        await install(broken, tmp_path / "folder")
    assert not installed(tmp_path / "folder")


def test_the_playground_learns_nothing_of_ours_and_reports_nothing() -> None:
    outer = {"PATH": "/bin", "SYNC_DESK_CLIENT_SECRET": "s", "AWS_SECRET": "s", "HTTP_PROXY": "http://proxy"}
    given = environment(config=Path("c"), log=Path("l"), outer=outer)
    assert given["PATH"] == "/bin"
    assert not {"SYNC_DESK_CLIENT_SECRET", "AWS_SECRET", "HTTP_PROXY"} & set(given)
    assert given["APPLICATION_INSIGHTS_NO_STATSBEAT"] == "1"


def test_the_lock_file_pins_one_release_and_names_no_host() -> None:
    lock = (HERE / "package-lock.json").read_text()
    assert "http" not in lock and "sha512-" in lock and '"version": "0.2.28"' in lock
