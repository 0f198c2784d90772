"""What a run with several workers promises: lanes stay together, and what takes longest comes first."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.side_by_side import LANES, Lanes, pytest_collection_modifyitems


@pytest.mark.parametrize("lane", LANES)
def test_a_lane_is_one_piece_of_work_and_is_still_there(lane: str) -> None:
    scheduler = Lanes.__new__(Lanes)
    assert scheduler._split_scope(f"{lane}test_a.py::test_one") == scheduler._split_scope(f"{lane}test_b.py::test_two")
    assert scheduler._split_scope("tests/cards/test_a.py::test_one[x]") == "tests/cards/test_a.py"
    assert list((Path(__file__).parents[2] / lane).glob("test_*.py"))


def test_what_takes_longest_comes_first_and_only_in_workers() -> None:
    names = ["tests/cards/test_a.py::test_x", "tests/stories/test_b.py::test_y", "tests/chaos/test_c.py::test_z"]
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in names]
    without, within = cast(pytest.Config, SimpleNamespace()), cast(pytest.Config, SimpleNamespace(workerinput={}))
    pytest_collection_modifyitems(without, items)
    assert [item.nodeid for item in items] == names
    pytest_collection_modifyitems(within, items)
    assert [item.nodeid for item in items] == names[::-1]


def test_what_measures_time_runs_in_a_pass_of_its_own() -> None:
    recipe = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8").partition("\ntest:")[2]
    beside, alone = [line for line in recipe.partition("\n\n")[0].splitlines() if "pytest" in line]
    assert "-n auto" in beside and "-m 'not alone'" in beside
    assert "-n" not in alone.split() and "-m alone" in alone
