"""One demo a data folder; what a killed one left is taken over."""

import asyncio
import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.running import LOCK, NOTE, AlreadyRunningError, Note, find, hold, leave

A_NOTE = Note(
    pid=4711,
    bot="http://127.0.0.1:3978/api/messages",
    tenant="http://127.0.0.1:1",
    chat="http://127.0.0.1:2",
    speaker="aisha@fabrikam.example",
    control="http://127.0.0.1:3",
    key="a key",
    tenant_id="t",
    client_id="c",
    client_secret="s",
    agents_group=None,
    admins_group=None,
    database_url="postgresql:///",
)


def test_while_one_runs_a_second_is_told_where_it_is(tmp_path: Path) -> None:
    with hold(tmp_path):
        leave(tmp_path, A_NOTE)
        with (
            pytest.raises(AlreadyRunningError, match=r"process 4711, chat http://127\.0\.0\.1:2") as refused,
            hold(tmp_path),
        ):
            pytest.fail("two had the folder")
        assert refused.value.note == A_NOTE
        assert "--data DIR --port N" in str(refused.value)
        assert find(tmp_path) == A_NOTE


def test_while_one_is_starting_a_second_is_told_so(tmp_path: Path) -> None:
    with hold(tmp_path):
        assert find(tmp_path) is None
        with pytest.raises(AlreadyRunningError, match="it is still starting"), hold(tmp_path):
            pytest.fail("two had the folder")


def test_when_it_has_ended_the_folder_is_free_and_nothing_is_found(tmp_path: Path) -> None:
    with hold(tmp_path):
        leave(tmp_path, A_NOTE)
    assert find(tmp_path) is None
    assert not (tmp_path / NOTE).exists()
    with hold(tmp_path):
        pass


def test_a_folder_in_which_none_ever_ran_is_left_as_it_is(tmp_path: Path) -> None:
    assert find(tmp_path / "nowhere") is None
    assert not (tmp_path / "nowhere").exists()


def test_a_later_note_replaces_the_earlier_one(tmp_path: Path) -> None:
    with hold(tmp_path):
        leave(tmp_path, A_NOTE)
        leave(tmp_path, replace(A_NOTE, speaker="olle@fabrikam.example"))
        found = find(tmp_path)
    assert found is not None and found.speaker == "olle@fabrikam.example"


@pytest.mark.skipif(os.name == "nt", reason="permissions are another thing on Windows")
def test_the_note_is_its_owners_alone(tmp_path: Path) -> None:
    with hold(tmp_path):
        leave(tmp_path, A_NOTE)
        assert stat.S_IMODE((tmp_path / NOTE).stat().st_mode) == 0o600


def test_a_note_of_another_version_is_not_believed(tmp_path: Path) -> None:
    with hold(tmp_path):
        (tmp_path / NOTE).write_text('{"pid": 1, "something": "else"}')
        assert find(tmp_path) is None


CHILD = """
import sys, time
from pathlib import Path
from bot.running import hold, leave
from tests.bot.test_running import A_NOTE
with hold(Path(sys.argv[1])):
    leave(Path(sys.argv[1]), A_NOTE)
    print("held", flush=True)
    sys.stdin.read()
"""


async def test_what_a_killed_run_left_is_taken_over(tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CHILD, str(tmp_path)),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    assert await asyncio.wait_for(child.stdout.readline(), 30) == b"held\n"
    assert find(tmp_path) == A_NOTE
    child.kill()
    await child.wait()
    assert (tmp_path / NOTE).exists() and (tmp_path / LOCK).exists()
    assert find(tmp_path) is None
    with hold(tmp_path):
        assert not (tmp_path / NOTE).exists()
