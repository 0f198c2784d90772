"""The embedded PostgreSQL: where it listens, what stops it, what it survives, and what it says when it cannot start."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from provisioning.errors import DeskError
from provisioning.store.embedded import embedded, running

_HOLD = """
import sys, time
from pathlib import Path
from provisioning.store.embedded import running
with running(Path(sys.argv[1]), durable=False) as url:
    print(url, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder outside pytest's own: another run on this machine would close that one to the server's account."""
    with tempfile.TemporaryDirectory(prefix="desk-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _pid(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split()[0])


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")  # a stopped server of a killed desk may stay as a zombie of the init process
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def _killed_desk(data: Path) -> int:
    """Start a desk over ``data`` in another process, kill that process, and return its server's process number."""
    desk = subprocess.Popen([sys.executable, "-c", _HOLD, str(data)], stdout=subprocess.PIPE)
    assert desk.stdout is not None
    assert desk.stdout.readline()
    pid = _pid(data)
    desk.kill()
    desk.wait()
    desk.stdout.close()
    return pid


def test_it_listens_on_a_local_socket_and_nowhere_else(data: Path) -> None:
    with running(data, durable=False) as url, psycopg.connect(url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SELECT inet_server_addr()").fetchone() == (None,)


def test_it_stops_on_leaving_and_keeps_what_was_written(data: Path) -> None:
    with running(data) as url:
        pid = _pid(data)
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    assert not _lives(pid)
    with running(data) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_it_stops_when_the_block_fails(data: Path) -> None:
    with pytest.raises(ZeroDivisionError), running(data, durable=False):
        pid = _pid(data)
        raise ZeroDivisionError
    assert not _lives(pid)


async def test_starting_and_stopping_leave_the_event_loop_free(data: Path) -> None:
    longest, last = 0.0, time.perf_counter()

    async def beat() -> None:
        nonlocal longest, last
        while True:
            await asyncio.sleep(0.005)
            longest, last = max(longest, time.perf_counter() - last), time.perf_counter()

    began = time.perf_counter()
    beating = asyncio.create_task(beat())
    async with embedded(data, durable=False) as url:
        assert url.startswith("postgresql://")
    beating.cancel()
    assert longest < (time.perf_counter() - began) / 2


async def test_cancelled_while_it_starts_it_leaves_no_server_behind(data: Path) -> None:
    async def hold() -> None:
        async with embedded(data, durable=False):
            await asyncio.Event().wait()

    starting = asyncio.create_task(hold())
    await asyncio.sleep(0.05)  # the thread is at work: making a cluster alone takes some tenths of a second
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert (data / "postgres" / "PG_VERSION").exists()
    assert not (data / "postgres" / "postmaster.pid").exists()


async def test_what_goes_wrong_at_the_start_is_told_to_whoever_waits(data: Path) -> None:
    (data / "postgres").write_text("a file where a folder should be")
    with pytest.raises(DeskError, match="cannot be used: Not a directory"):
        async with embedded(data):
            pass


def test_a_data_folder_that_cannot_be_made_is_named(data: Path) -> None:
    (data / "file").touch()
    with pytest.raises(DeskError, match="file/data cannot be used"), running(data / "file" / "data"):
        pass


def test_a_server_that_a_killed_desk_left_is_adopted_and_stopped(data: Path) -> None:
    left = _killed_desk(data)
    assert _lives(left)
    with running(data, durable=False) as url:
        assert _pid(data) == left
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not _lives(left)


def test_a_server_that_was_killed_itself_is_recovered(data: Path) -> None:
    with running(data) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        connection.commit()
        os.kill(_pid(data), signal.SIGKILL)
    with running(data) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_a_killed_server_that_nobody_buried_is_not_taken_for_alive(data: Path) -> None:
    desk = subprocess.Popen([sys.executable, "-c", _HOLD, str(data)], stdout=subprocess.PIPE)
    assert desk.stdout is not None
    assert desk.stdout.readline()
    killed = _pid(data)
    os.kill(desk.pid, signal.SIGSTOP)  # the parent of the server lives, and cannot bury it
    os.kill(killed, signal.SIGKILL)
    (data / "desk.lock").unlink()
    try:
        with running(data, durable=False):
            assert _pid(data) != killed
    finally:
        desk.kill()
        desk.wait()
        desk.stdout.close()


def test_a_noted_process_number_that_belongs_to_somebody_else_is_not_believed(data: Path) -> None:
    with running(data, durable=False):
        note = (data / "postgres" / "postmaster.pid").read_text()
    stranger = "\n".join([str(os.getpid()), *note.splitlines()[1:]]) + "\n"
    (data / "postgres" / "postmaster.pid").write_text(stranger)
    with running(data, durable=False):
        assert _pid(data) != os.getpid()


def test_a_second_desk_over_the_same_folder_is_told_so(data: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from provisioning.store.embedded import running\n"
        "try:\n with running(Path(sys.argv[1])): pass\nexcept Exception as e: print(type(e).__name__, e)"
    )
    with running(data, durable=False):
        second = [sys.executable, "-c", script, str(data)]
        said = subprocess.run(second, check=True, capture_output=True, text=True).stdout
        assert said.startswith("DeskError Another Sync Desk is running")
        assert _lives(_pid(data))


def test_a_deep_folder_gets_a_short_socket_of_its_own(data: Path) -> None:
    deep = data / ("a folder with a long name, " * 4) / "data"
    with running(deep, durable=False) as url, psycopg.connect(url) as connection:
        row = connection.execute("SHOW unix_socket_directories").fetchone()
        assert row is not None
        sockets = Path(row[0].strip('"'))
        assert len(str(sockets)) < 80
        assert sockets.stat().st_mode & 0o077 == 0
    assert not sockets.exists()


def test_a_folder_that_holds_something_else_is_left_alone(data: Path) -> None:
    (data / "postgres").mkdir()
    (data / "postgres" / "thesis.txt").write_text("mine")
    with pytest.raises(DeskError, match="something else"), running(data):
        pass
    assert (data / "postgres" / "thesis.txt").read_text() == "mine"


def test_the_files_of_another_version_are_named_and_left_alone(data: Path) -> None:
    with running(data, durable=False):
        pass
    (data / "postgres" / "PG_VERSION").write_text("12\n")
    with pytest.raises(DeskError, match="PostgreSQL 12"), running(data):
        pass


def test_a_server_that_cannot_start_says_why(data: Path) -> None:
    with running(data, durable=False):
        pass
    (data / "postgres" / "postgresql.auto.conf").write_text("shared_buffers = 'many'\n")
    with pytest.raises(DeskError, match=r"did not start: .*FATAL"), running(data):
        pass


def test_a_first_start_that_was_killed_midway_begins_anew(data: Path) -> None:
    (data / "postgres.new").mkdir()
    (data / "postgres.new" / "PG_VERSION").write_text("18\n")
    with running(data, durable=False) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
