"""What a run with several workers promises: lanes stay together, and a test that is to be alone is alone."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.side_by_side import LANES, Lanes, _turn, pytest_collection_modifyitems


@pytest.mark.parametrize("lane", LANES)
def test_a_lane_is_one_piece_of_work_and_is_still_there(lane: str) -> None:
    scheduler = Lanes.__new__(Lanes)
    assert scheduler._split_scope(f"{lane}test_a.py::test_one") == scheduler._split_scope(f"{lane}test_b.py::test_two")
    assert scheduler._split_scope("tests/cards/test_a.py::test_one[x]") == "tests/cards/test_a.py"
    assert list((Path(__file__).parents[2] / lane).glob("test_*.py"))


def test_tests_that_are_to_be_alone_are_one_piece_of_work_wherever_they_stand() -> None:
    scheduler = Lanes.__new__(Lanes)
    assert scheduler._split_scope("tests/chaos/test_a.py::test_one@alone") == "alone"
    assert scheduler._split_scope("tests/bot/test_b.py::test_two[a@b.example]@alone") == "alone"
    assert scheduler._split_scope("tests/bot/test_b.py::test_two[a@b.example]") == "tests/bot/test_b.py"


def test_what_takes_longest_comes_first_and_only_in_workers() -> None:
    names = ["tests/cards/test_a.py::test_x", "tests/stories/test_b.py::test_y", "tests/chaos/test_c.py::test_z"]
    items: list[Any] = [SimpleNamespace(nodeid=name, get_closest_marker=lambda mark: None) for name in names]
    without, within = cast(pytest.Config, SimpleNamespace()), cast(pytest.Config, SimpleNamespace(workerinput={}))
    pytest_collection_modifyitems(without, items)
    assert [item.nodeid for item in items] == names
    pytest_collection_modifyitems(within, items)
    assert [item.nodeid for item in items] == names[::-1]


def test_nothing_runs_beside_a_test_that_is_alone(tmp_path: Path) -> None:
    spans: list[tuple[float, float, bool]] = []

    def one(alone: bool) -> None:
        with _turn(tmp_path, alone=alone):
            began = time.monotonic()
            time.sleep(0.02)
            spans.append((began, time.monotonic(), alone))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(one, [False, False, True, False, False, True, False, False, False, False, True, False]))
    assert len(spans) == 12
    for began, ended, alone in spans:
        beside = [other for other in spans if other[0] < ended and began < other[1]]
        assert not alone or len(beside) == 1, "it met another"
    usual = [span for span in spans if not span[2]]
    assert any(other[0] < span[1] and span[0] < other[1] for span in usual for other in usual if other is not span)
