"""`python -m sandbox`: opens a company by itself, or checks a file."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from sandbox.__main__ import main
from tests.sandbox.company import small


def test_a_good_file_is_summed_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tenant.json"
    path.write_text(json.dumps(small()))
    assert main(["validate", str(path)]) == 0
    assert "Small, 4 users, 2 groups, 1 apps." in capsys.readouterr().out


def test_a_bad_file_is_told_on_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tenant.json"
    path.write_text(json.dumps(small() | {"colour": "red"}))
    assert main(["validate", str(path)]) == 2
    assert capsys.readouterr().err.startswith("$.colour: ")
    assert main(["--tenant", str(path)]) == 2


async def test_it_opens_prints_its_doors_and_closes_when_told(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--data", str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    first = (await process.stdout.readline()).decode()
    assert first.startswith("Fabrikam is open at http://127.0.0.1:")
    origin = first.split()[-1]
    async with aiohttp.ClientSession() as http, http.get(f"{origin}/play") as response:
        assert response.status == 200
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    assert len(list(tmp_path.glob("company-*.json"))) == 1


async def test_a_port_that_is_taken_is_said_plainly(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", str(port), stderr=asyncio.subprocess.PIPE
    )
    _, complaint = await process.communicate()
    assert process.returncode == 1
    assert b"port cannot be opened" in complaint
    server.close()
