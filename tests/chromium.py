"""The Chromium of this machine, for tests that look at pages; they are skipped with the reason where there is none."""

import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",  # in a container the browser's own sandbox has no rights; only our own pages are shown
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NONE_HERE = f"there is no Chromium on this machine (looked for {', '.join(NAMES)})"


def find_chromium() -> str | None:
    """Its program, where there is one; Playwright's own download is never wanted."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def chromium_or_skip() -> str:
    """Its program; a test is skipped without one."""
    found = find_chromium()
    if found is None:
        pytest.skip(NONE_HERE)
    return found
