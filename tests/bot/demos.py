"""A demo as a user starts it: the real command in a process of its own, its output read as it comes."""

import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 180.0  # s; a first start installs the Playground
READY = re.compile(r"Ready: bot (http://127\.0\.0\.1:(\d+)/api/messages) tenant (http://\S+) chat (http://\S+|none)")


class Demo:
    """One that was started. ``lines`` and ``told`` hold what it printed to its two outputs so far."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[str] = []
        self.told: list[str] = []
        self._ready: queue.Queue[re.Match[str] | None] = queue.Queue()
        self._readers = [threading.Thread(target=target, daemon=True) for target in (self._read, self._listen)]
        for reader in self._readers:
            reader.start()
        found = self._ready.get(timeout=PATIENCE)
        assert found is not None, f"it was not ready: {self.lines} {self.told}"
        self.bot, self.port, self.tenant, self.chat = found[1], int(found[2]), found[3], found[4]

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if "Ctrl-C" in line:  # the last of what it says
                self._ready.put(READY.fullmatch(self.lines[0]))
        self._ready.put(None)

    def _listen(self) -> None:
        assert self.process.stderr is not None
        self.told.extend(line.rstrip("\n") for line in self.process.stderr)

    def ended(self) -> int:
        """Wait for its end; its exit code."""
        code = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        return code


@contextmanager
def running_demo(data: Path, *arguments: str) -> Iterator[Demo]:
    """``sync-desk demo`` on any free port; stopped, if it still runs, on leaving."""
    command = [sys.executable, "-m", "bot", "demo", "--data", str(data), "--port", "0", "--no-browser", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_environment())
    with process:  # closes the pipes
        try:
            yield Demo(process)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(PATIENCE)


@contextmanager
def data_folder() -> Iterator[Path]:
    """A folder for a demo's data. Not pytest's: each pytest that starts closes those to the database's account."""
    with tempfile.TemporaryDirectory(prefix="sync-desk-", ignore_cleanup_errors=True) as name:
        yield Path(name).resolve()


def command(*arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
    """Run another command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=_environment(),
    )


def _environment() -> dict[str, str]:
    """Ours without any desk's settings: a developer's real tenant is none of a test's business."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SYNC_DESK_")}
    return {**kept, "PYTHONUTF8": "1"}


def descendants(pid: int) -> set[int]:
    """The process and everything that it started, and what that started (Linux: read from /proc)."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):  # ended since the folder was listed
                continue
            parents[int(folder.name)] = int(after_name[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def alive(pids: set[int]) -> set[int]:
    """Which of these processes still run (a zombie does not)."""
    running = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            running.add(pid)
    return running


def gone(pids: set[int]) -> bool:
    """Whether all of them have ended, at the latest in a while."""
    deadline = time.monotonic() + PATIENCE / 3
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pids)
