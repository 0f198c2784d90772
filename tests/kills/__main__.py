"""The kill table: ``python -m tests.kills [WORDS …]``. A SIGKILL at every step; exit code 1 if one does harm.

Of every scenario, or of those whose names hold one of the words.
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from provisioning.cases import WAITING
from provisioning.store.embedded import running
from provisioning.store.migrations import migrate
from tests.kills.slain import ALL, slain
from tests.kills.trial import Outcome, Scenario

TEMPLATE = "template_kills"


def _at(server: str, name: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


@contextmanager
def _database(server: str, number: int) -> Iterator[str]:
    name = sql.Identifier(f"kill_{number}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(TEMPLATE)))
        yield _at(server, f"kill_{number}")
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _every(server: str, folder: Path, scenario: Scenario, numbers: Iterator[int]) -> Iterator[Outcome]:
    """First without a death, to learn how many steps there are; then a death at each of them."""
    steps = 0
    for step in count():
        if step > steps:
            return
        with _database(server, next(numbers)) as url:
            met = asyncio.run(slain(url, folder, scenario, step))
        steps = met.steps if step == 0 else steps
        yield met


def wrong(met: Outcome, quiet: Outcome) -> bool:
    """Whether a death did harm: more than one effect, a second writing, or an end that never came."""
    return met.effects > 1 or met.written > max(1, quiet.written) or met.end in WAITING


def _line(*parts: object) -> str:
    step, died, left, calls, effects, written, end = (str(part) for part in parts)
    return f"{step:>4}  {died:34}{left:24}{calls:>6}{effects:>8}{written:>8}  {end}"


def main(*words: str) -> int:
    """Print the table as it grows."""
    bad, numbers, deaths = 0, count(1), 0
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "db", durable=False) as server:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        migrate(_at(server, TEMPLATE))
        for scenario in [one for one in ALL if not words or any(word in one.name for word in words)]:
            print(f"\n{scenario.name}", _line("step", "died", "left", "calls", "effects", "written", "end"), sep="\n")
            quiet: Outcome | None = None
            for met in _every(server, Path(folder), scenario, numbers):
                quiet = quiet or met
                harm = wrong(met, quiet)
                bad += harm
                deaths += met.step > 0
                line = _line(met.step, met.died, met.left, met.calls, met.effects, met.written, met.end)
                print(line + ("  WRONG" if harm else ""), flush=True)
    print(f"\n{deaths} deaths, {bad} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
