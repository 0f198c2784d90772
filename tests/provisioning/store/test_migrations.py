"""Migrating: from nothing, again, at once, from a newer desk; and that the frozen queue schema is the right one."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest

from provisioning.errors import DeskError, TryLaterError
from provisioning.store.migrations import _known_versions, _upgrade, migrate, newest_version, schema_version

_VERSIONS = Path(__file__).parents[3] / "provisioning" / "store" / "migrations" / "versions"


def test_an_empty_database_has_no_version_and_gets_the_newest(empty_database_url: str) -> None:
    assert schema_version(empty_database_url) is None
    assert migrate(empty_database_url) == newest_version()
    assert schema_version(empty_database_url) == newest_version()


def test_migrating_again_changes_nothing(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO audit (what, by_id, by_upn, about, facts) VALUES ('x', 'y', 'z', 'case:1', '{}')"
        )
    assert migrate(database_url) == newest_version()
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM audit").fetchone() == (1,)


def test_two_processes_that_migrate_at_once_both_succeed(empty_database_url: str) -> None:
    script = f"from provisioning.store.migrations import migrate; print(migrate({empty_database_url!r}))"

    def run(_: int) -> str:
        return subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.strip()

    with ThreadPoolExecutor() as pool:
        assert list(pool.map(run, range(2))) == [newest_version()] * 2


def test_a_database_of_a_newer_desk_is_left_alone(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DeskError, match="newer than this desk"):
        migrate(database_url)


def test_a_step_that_fails_leaves_nothing_behind(empty_database_url: str) -> None:
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("CREATE TABLE audit ()")  # the last table of the first step cannot be made
    with pytest.raises(Exception, match="audit"):
        migrate(empty_database_url)
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("SELECT to_regclass('cases'), to_regclass('alembic_version')").fetchone() == (
            None,
            None,
        )


def test_a_ticket_with_a_nul_in_an_error_text_comes_along(empty_database_url: str) -> None:
    """As older desks wrote it: the signs are JSON's own, a backslash before them makes them plain text."""
    error = r"\u0000\u0000 broke, C:\\u0000"
    document = '{"diagnosis": {"person": {"id": "p-1"}, "app": {"id": "a-1"}, "findings": [{"cause": "x"}]}, '
    document += f'"answer": {{"error": "{error}"}}, "taker": {{"id": "p-2"}}, "notified": true}}'
    _upgrade(empty_database_url, "0008")
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(
            "INSERT INTO tickets (version, state, requester_id, document) VALUES (1, 'open', 'p-3', %s)", [document]
        )
    assert migrate(empty_database_url) == newest_version()
    with psycopg.connect(empty_database_url) as connection:
        row = connection.execute(
            "SELECT person_id, app_id, cause, taker_id, notified, askers, document::text FROM tickets"
        ).fetchone()
    assert row == ("p-1", "a-1", "x", "p-2", True, ["p-3"], document)


def test_a_server_that_does_not_answer_is_reported_as_busy() -> None:
    with pytest.raises(TryLaterError):
        migrate("postgresql://desk@127.0.0.1:1/desk")


def test_using_the_database_does_not_import_alembic() -> None:
    script = (
        "import sys, provisioning.store.database, provisioning.store.migrations;"
        "print([m for m in ('alembic', 'sqlalchemy') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert said.strip() == "[]"


def test_the_installed_procrastinate_needs_no_tables_that_our_steps_lack() -> None:
    """When this fails after an update: add a step with Procrastinate's new migrations, then name the newest there."""
    newest = max(
        entry.name
        for entry in files("procrastinate.sql").joinpath("migrations").iterdir()
        if entry.name.endswith(".sql")
    )
    named = {
        name
        for path in _VERSIONS.glob("*.sql")
        for name in re.findall(r"\d\d\.\d\d\.\d\d_\d\d_\w+\.sql", path.read_text())
    }
    assert newest in named


def test_the_versions_are_one_chain_from_the_first_to_the_newest() -> None:
    files = {path.stem[1:5] for path in _VERSIONS.glob("v[0-9]*.py")}
    assert set(_known_versions()) == files
    assert newest_version() == _known_versions()[-1]
