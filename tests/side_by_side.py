"""Tests side by side: how many workers ``pytest -n auto`` starts, what each of them takes, and who is left alone.

Most tests wait: for a database, a socket, a browser. So there are more workers than cores, each with a database server
of its own. What starts a house of several processes, or kills one, is a lane: one after the other, in one worker, so
that no two of them push each other over their patience. What is marked ``alone`` measures time: ``make test`` leaves it
out of the run with workers, and runs it afterwards without any.
"""

import os
from typing import Any

import psutil
import pytest
from xdist.scheduler import LoadScopeScheduling

LANES = ("tests/chaos/", "tests/browser/", "tests/kills/", "tests/bot/playground/")
LONG = ("tests/stories/", "tests/attacks/", "tests/bot/")  # after the lanes, before everything else
ROOM = 1.5 * 1024**3  # bytes of memory for a worker, its database server and what a test of it starts


class Lanes(LoadScopeScheduling):  # type: ignore[misc]
    """A worker takes a file at a time, or a whole lane, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return next((lane for lane in LANES if nodeid.startswith(lane)), nodeid.partition("::")[0])


def pytest_xdist_auto_num_workers() -> int:
    """What ``-n auto`` means: as many as the cores and the memory allow."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(2 * cores, int(psutil.virtual_memory().available / ROOM)))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Lanes:
    """Where tests are dealt out at all, by lanes."""
    config.option.loadscopereorder = False  # files with many tests are our quickest, not our longest
    return Lanes(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Among other workers, how long an example takes says nothing about it."""
    if hasattr(config, "workerinput"):
        from hypothesis import settings

        settings.register_profile("side by side", deadline=None)
        settings.load_profile("side by side")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a worker, what takes longest comes first; in a run without workers everything stays in its order."""
    if hasattr(config, "workerinput"):
        items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    folders = (*LANES, *LONG)
    return next((at for at, folder in enumerate(folders) if item.nodeid.startswith(folder)), len(folders))
