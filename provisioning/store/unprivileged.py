"""Whom the embedded PostgreSQL runs as when the desk is root, as it is in many containers: PostgreSQL refuses root."""

import os
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

from provisioning.errors import DeskError

_ACCOUNTS = ("postgres", "nobody")  # found on practically every machine; we make no account of our own


class Identity(TypedDict, total=False):
    """Arguments of subprocess that give a child another user."""

    user: int
    group: int
    extra_groups: tuple[int, ...]


def unprivileged(files: Path) -> int | None:
    """The user number for the server: None when we are not root, else the owner of ``files`` or a plain account."""
    if os.geteuid() != 0:
        return None
    if files.exists() and files.stat().st_uid != 0:
        return files.stat().st_uid
    import pwd

    for name in _ACCOUNTS:
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    raise DeskError("PostgreSQL does not run as root, and this machine has no account postgres or nobody.")


def run_as(account: int | None) -> Identity:
    """What makes a child run as ``account``: with its own primary group and no other."""
    if account is None:
        return {}
    import pwd

    return {"user": account, "group": pwd.getpwuid(account).pw_gid, "extra_groups": ()}


def give(folder: Path, account: int | None) -> None:
    """Make ``account`` the owner of ``folder`` itself."""
    if account is not None:
        os.chown(folder, account, -1, follow_symlinks=False)


def let_in(account: int, *ways: Path) -> None:
    """Let ``account`` pass through to each of ``ways``: only the right to pass (x), never the right to list."""
    for way in ways:
        for step in (way, *way.parents):
            seen = step.stat()
            if seen.st_uid != account and not seen.st_mode & 0o001:
                step.chmod(seen.st_mode | 0o001)
