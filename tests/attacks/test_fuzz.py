"""Spoiled activities find no 500 and break no turn off: a short run, always the same; the long one is ``fuzz.py``."""

import json
from typing import Any

import pytest
from hypothesis import find
from hypothesis import strategies as st

from tests.attacks.fuzz import JSON, fuzz, places, spoiled

EXAMPLES = 300
SEED: dict[str, Any] = {"type": "message", "id": "1", "conversation": {"id": "a:1"}, "text": "hello"}


def test_three_hundred_spoiled_activities_find_nothing(database_url: str) -> None:
    statuses, problems = fuzz(database_url, examples=EXAMPLES)
    assert problems == []
    assert statuses[202] > EXAMPLES / 20, "enough of them come in to be worked on"
    assert statuses[200] > EXAMPLES / 20
    assert statuses[400] > EXAMPLES / 20, "and enough of them are spoiled"


def test_every_place_of_an_activity_can_be_spoiled() -> None:
    assert set(places({"a": [1, {"b": 2}], "c": 3})) == {("a",), ("a", 0), ("a", 1), ("a", 1, "b"), ("c",)}


def test_nul_and_half_pairs_are_among_what_is_sent() -> None:
    assert find(JSON, lambda value: isinstance(value, str) and "\x00" in value)
    assert find(JSON, lambda value: isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value))


@pytest.mark.parametrize("missing", ["type", "text", "conversation"])
def test_whole_properties_go_missing(missing: str) -> None:
    def without(body: bytes) -> bool:
        try:
            return missing not in json.loads(body.decode("utf-8", "surrogatepass"))
        except ValueError:
            return False

    assert find(st.builds(bytes, spoiled([SEED])), without)
