"""One demo a data folder: a lock that goes with the process, and a note that says where to find what runs.

The lock is the operating system's, on an open file: it ends with the process, however that ends, so what a killed run
left is taken over and no process number has to be believed.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

LOCK, NOTE = "demo.lock", "demo.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Where a running demo is found. The file is readable by its owner alone: ``key`` and the secret are in it."""

    pid: int
    bot: str  # the messaging endpoint
    tenant: str  # the company's origin
    chat: str | None  # the Playground's page, None without one
    speaker: str | None  # who speaks in the Playground
    control: str  # where the demo itself takes orders
    key: str  # what an order has to carry
    tenant_id: str
    client_id: str
    client_secret: str
    agents_group: str | None
    admins_group: str | None
    database_url: str


class AlreadyRunningError(Exception):
    """Another process has the folder. ``note`` is what it left, None while it is still starting."""

    def __init__(self, folder: Path, note: Note | None) -> None:
        self.note = note
        who = f"process {note.pid}, chat {note.chat or 'none'}, bot {note.bot}" if note else "it is still starting"
        super().__init__(
            f"A demo already runs with the data folder {folder} ({who}). "
            "Stop it with Ctrl-C where it runs, or start another one with --data DIR --port N."
        )


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Have the folder for this process alone. AlreadyRunningError when another one has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a+b") as lock:
        if not _locked(lock):
            raise AlreadyRunningError(folder, _read(folder))
        (folder / NOTE).unlink(missing_ok=True)  # of a run that was killed
        try:
            yield
        finally:
            (folder / NOTE).unlink(missing_ok=True)


def leave(folder: Path, note: Note) -> None:
    """Write the note, in one piece, for whoever looks for the demo."""
    draft = folder / f"{NOTE}.new"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(note), file, indent=1)
    draft.replace(folder / NOTE)


def find(folder: Path) -> Note | None:
    """The note of the demo that runs with this folder now; None when there is none or it is still starting."""
    if not (folder / LOCK).is_file():
        return None
    with (folder / LOCK).open("a+b") as lock:
        if _locked(lock):
            return None
    return _read(folder)


def _read(folder: Path) -> Note | None:
    try:
        return Note(**json.loads((folder / NOTE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # not there yet, or of another version
        return None


def _locked(file: IO[bytes]) -> bool:
    """Take the system's lock on an open file without waiting; False if another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
