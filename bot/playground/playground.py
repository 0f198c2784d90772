"""Install, start and stop the Playground. It lives in a folder of its own and is installed there once."""

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.playground.node import Node, run
from bot.playground.stage import Stage

HERE = Path(__file__).parent
PORT = 56150  # the Playground's own default; when it is taken, any free one is used
CLI = Path("node_modules/@microsoft/m365agentsplayground/cli.js")
PROOF = "installed.json"  # a copy of the lock file, written when npm is through
NEEDED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
)
STARTS_WITHIN = 30.0  # s; 0.8-2.3 s were measured on two cores
ENDS_WITHIN = 3.0  # s


class PlaygroundError(Exception):
    """The Playground could not be installed or started; the sentence says why and where its log is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playground:
    """One that runs. ``url`` is the page to open."""

    url: str
    pid: int
    stage: Stage

    async def announce(self, conversation: str) -> None:
        """Have the Playground tell the bot that it was installed in a conversation, as Teams does."""
        target = f"{self.url}/_debug/conversation/{conversation}/installation"
        async with aiohttp.ClientSession() as session, session.post(target) as answer:
            if answer.status >= 400:
                raise PlaygroundError(
                    f"The Playground did not announce the bot in a conversation (HTTP {answer.status})."
                )


async def install(node: Node, folder: Path) -> bool:
    """Put the locked packages into ``folder`` unless they are there; whether anything was to do."""
    if installed(folder):
        return False
    _lay_out(folder)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    code, said = await run(*node.npm, "ci", *quiet, folder=folder)
    if code != 0 or not (folder / CLI).is_file():
        raise PlaygroundError(f"npm could not install the Playground: {_last_line(said)}")
    (folder / PROOF).write_bytes(_locked())  # last: a killed installation leaves no proof
    return True


def installed(folder: Path) -> bool:
    """Whether ``folder`` holds just what the lock file names."""
    proof = folder / PROOF
    return proof.is_file() and proof.read_bytes() == _locked() and (folder / CLI).is_file()


def _locked() -> bytes:
    return (HERE / "package-lock.json").read_bytes()


def _lay_out(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PROOF).unlink(missing_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(HERE / name, folder / name)


@asynccontextmanager
async def playground(
    node: Node, folder: Path, stage: Stage, *, endpoint: str, port: int = PORT
) -> AsyncIterator[Playground]:
    """Run the installed Playground against the bot's ``endpoint``; it has ended, with its children, on leaving."""
    config, log = folder / "config.json", folder / "playground.log"
    config.write_text(json.dumps(stage.config(), ensure_ascii=False, indent=1), encoding="utf-8")  # JSON is YAML
    log.unlink(missing_ok=True)
    process = await asyncio.create_subprocess_exec(
        str(node.program),
        *("--require", str(HERE / "listen_on_loopback.cjs"), "--require", str(HERE / "end_with_parent.cjs")),
        *(str(folder / CLI), "start", "-e", endpoint, "-c", "msteams", "-p", str(port), "--dt"),
        cwd=folder,
        env=environment(config=config, log=log),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=os.name != "nt",  # Ctrl-C in the terminal is for us: we end it in order
    )
    drain: asyncio.Task[None] | None = None
    try:
        try:
            async with asyncio.timeout(STARTS_WITHIN):
                url = f"http://127.0.0.1:{await _port(process)}"
                drain = asyncio.create_task(_drain(process))
                await _answers(url)
        except (TimeoutError, PlaygroundError) as error:
            raise PlaygroundError(f"The Playground did not start: {_reason(log)}") from error
        yield Playground(url=url, pid=process.pid, stage=stage)
    finally:
        if drain is not None:
            drain.cancel()
        await _end(process)


def environment(*, config: Path, log: Path, outer: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What the Playground may know: no settings or secrets of ours, no telemetry, no proxy on the way to the bot."""
    kept = {name: value for name, value in outer.items() if name.upper() in NEEDED}
    return {
        **kept,
        "APPLICATION_INSIGHTS_NO_STATSBEAT": "1",  # with --dt alone it still looks for a cloud to report to
        "TEAMSAPPTESTER_BROWSER": "none",  # we open the browser ourselves, at the loopback address
        "M365_AGENTS_PLAYGROUND_CONFIG_PATH": str(config),
        "M365_AGENTS_PLAYGROUND_LOGFILE": str(log),
        "NO_PROXY": "127.0.0.1,localhost",
    }


async def _port(process: asyncio.subprocess.Process) -> int:
    """Its one line on the standard output names the port, which may not be the one that was asked for."""
    assert process.stdout is not None
    async for line in process.stdout:
        if found := re.search(rb"Listening on (\d+)", line):
            return int(found[1])
    raise PlaygroundError("It ended before it listened.")


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    while await process.stdout.read(65536):
        pass


async def _answers(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            with suppress(aiohttp.ClientError):
                async with session.get(f"{url}/_debug/ping") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Close its standard input, which ends it at once; whatever is deaf to that is killed."""
    if process.stdin is not None:
        process.stdin.close()
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), ENDS_WITHIN)
        return
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


def _reason(log: Path) -> str:
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    return f"{_last_line(text)} (its log: {log})" if text.strip() else "it said nothing at all."


def _last_line(text: str) -> str:
    """The last line that says something, at most 300 characters."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it gave no reason."
