"""What a turn costs: stock SDKs, a bare floor and this bot, one after the other in one run.

Each server is a process of its own, trusts a key that is published on loopback, and posts to a connector that is a
process of its own too. Latencies in ms, at concurrency 16. Run: ``python -m benchmarks.turns [--help]``; the servers
other than (d) and (e) need the dependency group ``bench``. Linux only. Docs: docs/benchmarks.md.
"""

import argparse
import asyncio
import json
import signal
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.rig import sampler
from benchmarks.rig.channel import TEAMS, Setup, Signer
from benchmarks.rig.load import Load, News
from benchmarks.rig.parts import parts_table
from benchmarks.rig.processes import DidNotStartError, Process, family_cpu, free_port, running
from benchmarks.rig.table import Result, detail_table, main_table, multiples
from provisioning.store import embedded
from provisioning.store.migrations import migrate

LEVELS = (1, 16, 64)
MOST = 4000  # turns in one closed loop
_WARMING = (4, 1.0, 60)  # concurrency, seconds, turns
_PROFILED = 16
_LOG_FILES = 5  # what PostgreSQL keeps to use again (min_wal_size)

SERVERS = {
    "a": ("botbuilder CloudAdapter", "benchmarks.peers.botbuilder"),
    "b": ("Microsoft 365 Agents SDK", "benchmarks.peers.agents"),
    "c": ("microsoft-teams-apps", "benchmarks.peers.teams"),
    "d": ("bare aiohttp floor", "benchmarks.peers.floor"),
    "e": ("ours, a durable turn", "benchmarks.peers.ours"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """What all servers share."""

    signer: Signer
    connector: int  # its port
    news: int
    database: str
    database_pid: int
    levels: Sequence[int]
    seconds: float  # for each closed loop

    def setup(self) -> Setup:
        """For one more server."""
        origin = f"http://127.0.0.1:{self.connector}/"
        return Setup(
            port=free_port(),
            metadata=f"{origin}v1/.well-known/openidconfiguration",
            keys=f"{origin}v1/.well-known/keys",
            connector=origin,
            database=self.database,
        )


async def measure(rig: Rig, letter: str, profile: Path | None = None) -> Result:
    """One server's figures; ``profile`` is where it writes its samples (ours alone)."""
    title, module = SERVERS[letter]
    result = Result(letter=letter, title=title)
    setup = rig.setup()
    arguments = [setup.to_json(), *([str(profile)] if profile else [])]
    with running(module, *arguments) as process:
        try:
            result.start = await asyncio.to_thread(process.until_answering, setup.port)
        except DidNotStartError as problem:
            result.why = str(problem)
            return result
        service_url = TEAMS if letter == "e" else setup.connector
        news = await News.open(rig.news)
        token = rig.signer.inbound(service_url)
        name = f"{letter}{setup.port}"  # a message id that came before would be taken for a second delivery
        load = Load(name=name, port=setup.port, token=token, service_url=service_url, news=news)
        warming, seconds, most = _WARMING
        await load.run(warming, seconds=seconds, most=most)
        if profile:
            process.child.send_signal(signal.SIGUSR1)
        for level in rig.levels:
            await _loop(rig, process, load, level, result)
        result.memory = process.memory()
        await news.close()
        if not any(run.answered for run in result.runs.values()):
            refused = Counter(status for run in result.runs.values() for status in run.refused)
            result.why = f"it answered nothing (statuses {dict(refused)}): {process.last_words()}"
    return result


async def _loop(rig: Rig, process: Process, load: Load, level: int, result: Result) -> None:
    cpu, database = process.cpu(), family_cpu(rig.database_pid)
    run = result.runs[level] = await load.run(level, seconds=rig.seconds, most=MOST)
    await asyncio.sleep(0.2)  # what is written after the answer belongs to the turn
    turns = len(run.answered)
    if turns:
        result.cpu[level] = (process.cpu() - cpu) / turns
        result.database_cpu[level] = (family_cpu(rig.database_pid) - database) / turns


def run(letters: str, *, levels: Sequence[int] = LEVELS, seconds: float = 4.0, profile: bool = False) -> list[Result]:
    """Measure the servers of these letters. With ``profile``, also print where ours spends its CPU."""
    signer = Signer()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="desk-bench-")))
        url = stack.enter_context(embedded.running(folder / "data", durable=True))
        migrate(url)
        _run_in(url)
        key_set = json.dumps(signer.key_set())
        connector = stack.enter_context(running("benchmarks.rig.connector", key_set, signer.outbound(), pipe=True))
        ports = json.loads(connector.read_line())
        rig = Rig(
            signer=signer,
            connector=ports["port"],
            news=ports["news"],
            database=url,
            database_pid=int((folder / "data/postgres/postmaster.pid").read_text().split()[0]),
            levels=levels,
            seconds=seconds,
        )
        results = [asyncio.run(measure(rig, letter)) for letter in letters]
        if profile:
            samples = folder / "samples.json"
            alone = Rig(**{name: getattr(rig, name) for name in Rig.__slots__} | {"levels": (_PROFILED,)})
            profiled = asyncio.run(measure(alone, "e", samples))
            if profiled.why:
                print(f"No profile: {profiled.why}", end="\n\n")
            else:
                print(parts_table(sampler.read(samples), profiled.cpu[_PROFILED]), end="\n\n")
        return results


def _run_in(url: str) -> None:
    """Everybody waits while a new database makes a file for its log (16 MB); one that has run for a while has them."""
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(_LOG_FILES):
            connection.execute("SELECT pg_logical_emit_message(false, 'run in', '')")
            connection.execute("SELECT pg_switch_wal()")
        connection.execute("CHECKPOINT")  # those that are written are used again


def main() -> None:
    """Print the tables."""
    options = _options()
    results = run(options.only, seconds=options.seconds, profile=options.profile)
    print(main_table(results, LEVELS), end="\n\n")
    print(detail_table(results))
    if options.json:
        found = {it.letter: it for it in results}
        options.json.write_text(json.dumps(multiples(found, LEVELS), indent=2) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turns", description="What a turn costs.")
    parser.add_argument("--only", default="abcde", help="letters of the servers to run (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=4.0, help="for each closed loop (default: %(default)s)")
    parser.add_argument("--profile", action="store_true", help="also run ours once under a sampling profiler")
    parser.add_argument("--json", type=Path, help="write multiples of the floor to this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
