"""With the preload, whatever Node listens on is 127.0.0.1, whichever way it was asked to listen."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from bot.playground.node import Node
from bot.playground.playground import HERE

PRELOAD = HERE / "listen_on_loopback.cjs"
ASK = """
const net = require("node:net");
const server = net.createServer();
server.on("error", (error) => {{ console.log(JSON.stringify(String(error))); process.exit(1); }});
server.on("listening", () => {{ console.log(JSON.stringify(server.address())); process.exit(0); }});
const done = () => {{}};
server.listen({arguments});
"""


async def listened(node: Node, arguments: str, *, preload: bool = True) -> dict[str, object] | str:
    """The address that ``server.listen(arguments)`` really got."""
    process = await asyncio.create_subprocess_exec(
        str(node.program),
        *(("--require", str(PRELOAD)) if preload else ()),
        *("-e", ASK.format(arguments=arguments)),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    address: dict[str, object] | str = json.loads(said)
    return address


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "done",
        "0",
        "0, done",
        "'0', done",
        "0, undefined, done",
        "0, undefined, 511, done",
        "0, null, 511, done",
        "0, 511, done",
        "0, '0.0.0.0'",
        "0, '::', 511, done",
        "undefined, done",
        "{port: 0}",
        "{port: 0, host: '0.0.0.0'}, done",
        "{host: '::'}",
        "{port: 0, host: '::', ipv6Only: false}",
    ],
)
async def test_every_way_to_listen_ends_on_loopback(node: Node, arguments: str) -> None:
    address = await listened(node, arguments)
    assert isinstance(address, dict), address
    assert address["address"] == "127.0.0.1"


async def test_without_the_preload_node_listens_for_everybody(node: Node) -> None:
    """The proof that the test above would notice."""
    address = await listened(node, "0", preload=False)
    assert isinstance(address, dict)
    assert address["address"] in {"::", "0.0.0.0"}


@pytest.mark.skipif(shutil.which("sh") is None, reason="pipes have other names on Windows")
async def test_a_local_pipe_is_left_alone(node: Node, tmp_path: Path) -> None:
    pipe = str(tmp_path / "pipe")
    assert await listened(node, json.dumps(pipe)) == pipe
    assert await listened(node, json.dumps({"path": pipe + "2"})) == pipe + "2"
