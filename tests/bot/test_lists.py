"""The command line's view of crowds."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from provisioning.crowds import Crowd, CrowdState, Member, MemberState
from provisioning.store.crowds import PostgresCrowds
from provisioning.store.database import open_database
from provisioning.store.queue import Queue
from tests import worlds

Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Run:
    """The command, pointed at a database that holds one list of two people."""
    import asyncio

    asyncio.run(_fill(database_url))
    settings = {"SANDBOX": "1", "TENANT_ID": worlds.AISHA_ID, "CLIENT_ID": worlds.JOSE_ID, "CLIENT_SECRET": "x"}
    settings |= {"GRAPH_URL": "http://127.0.0.1:1", "AUTHORITY": "http://127.0.0.1:1", "DATABASE_URL": database_url}
    for name, value in settings.items():
        monkeypatch.setenv(f"SYNC_DESK_{name}", value)
    return lambda *words: CliRunner().invoke(main, ["crowd", "--data", str(tmp_path), *words], prog_name="sync-desk")


async def _fill(url: str) -> None:
    async with open_database(url) as pool:
        books = PostgresCrowds(pool, Queue(pool))
        crowd = Crowd(
            number=0,
            version=0,
            state=CrowdState.FINISHED,
            actor=worlds.aisha(),
            origin="chat-1",
            words=("José", "Olle"),
            created=worlds.NOW,
            app=worlds.askcody(),
        )
        async with books.transaction() as ledger:
            made, _ = await ledger.add_crowd(crowd)
            done = Member(
                crowd=made.number, place=1, person_id="p-1", name="José", upn="jose@x", state=MemberState.DONE
            )
            left = Member(
                crowd=made.number,
                place=2,
                person_id="p-2",
                name="=Olle",
                upn="olle@x",
                state=MemberState.FAILED,
                why="missing_attribute",
                fact="mail",
            )
            await ledger.put_members(made, [done, left])


def test_the_lists_are_listed(run: Run) -> None:
    shown = run()
    assert shown.exit_code == 0, shown.output
    assert "C-1  finished  AskCody  by aisha@fabrikam.example" in shown.output


def test_everybody_of_one_is_csv_that_no_spreadsheet_runs(run: Run) -> None:
    shown = run("C-1", "--csv")
    rows = list(csv.reader(io.StringIO(shown.output)))
    assert [row[1] for row in rows] == ["name", "José", "'=Olle"]
    assert rows[2][4:7] == ["failed", "missing_attribute", "mail"]


def test_how_one_stands_is_json(run: Run) -> None:
    told = json.loads(run("1").output)
    assert (told["state"], told["people"]) == ("finished", {"done": 1, "failed": 1})


@pytest.mark.parametrize(("words", "code"), [("C-77", 1), ("x", 2), ("C--1", 2)])
def test_a_list_that_is_not_there_is_said_so(run: Run, words: str, code: int) -> None:
    shown = run(words)
    assert shown.exit_code == code, shown.output
