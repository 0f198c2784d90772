"""The pictures of a crowd can be taken: two replicas, each killed once, and one card that follows everybody."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.nodes import node_or_skip

pytestmark = pytest.mark.browser
PEOPLE = 24
PATIENCE = 420.0  # s: 53 s of calls, two starts of a replica, and what two busy cores add


def test_both_replicas_die_in_turn_and_the_card_follows_everybody(program: str, artifacts: Path) -> None:
    node_or_skip()
    command = [sys.executable, "-m", "tests.browser.crowd", "--people", str(PEOPLE), "--pictures", str(artifacts)]
    played = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert played.returncode == 0, played.stdout + played.stderr
    assert "called twice: 0, forgotten: 0, refused by the app: 3 of 3" in played.stdout
    names = ("crowd-1-table", "crowd-2-half-way", "crowd-3-end", "crowd-4-tickets")
    assert all((artifacts / f"{name}.png").is_file() for name in names)
