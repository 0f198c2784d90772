"""Spoiled activities find no 500 and break no turn off: a short run, always the same; the long one is ``fuzz.py``."""

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import find
from hypothesis import strategies as st

from tests.attacks.fuzz import COME_AGAIN, JSON, Listener, Target, fuzz, places, spoiled

EXAMPLES = 300
SEED: dict[str, Any] = {"type": "message", "id": "1", "conversation": {"id": "a:1"}, "text": "hello"}


def test_three_hundred_spoiled_activities_find_nothing(database_url: str) -> None:
    outcome = fuzz(database_url, examples=EXAMPLES)
    statuses = outcome.statuses
    assert outcome.problems == []
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


class Played(Target):
    """A target whose service answers as it is told."""

    answers: list[tuple[int, str]]  # statuses, each with what the log says

    async def _real(self) -> list[dict[str, Any]]:
        return [SEED]

    async def _post(self, body: bytes) -> tuple[int, dict[str, Any]]:
        status, said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if said:
            logging.getLogger("bot").warning(said)
        return status, {}


@pytest.fixture
def played() -> Iterator[Played]:
    loop, listener = asyncio.new_event_loop(), Listener()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    logging.getLogger().addHandler(listener)
    yield Played(None, loop, "", listener, 0.0)  # type: ignore[arg-type]  # there is no house behind it
    logging.getLogger().removeHandler(listener)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_who_is_asked_to_come_again_does_and_the_reason_is_counted(played: Played) -> None:
    played.answers = [(503, f"busy, {COME_AGAIN}"), (202, "")]
    played.send(b"{}")
    assert played.statuses == {503: 1, 202: 1}
    assert played._listener.waits == [f"busy, {COME_AGAIN}"]


def test_a_503_that_never_ends_is_a_finding(played: Played) -> None:
    played.answers = [(503, f"busy, {COME_AGAIN}")]
    with pytest.raises(AssertionError, match="busy"):
        played.send(b"{}")


def test_a_503_of_which_the_log_does_not_say_why_is_a_finding(played: Played) -> None:
    played.answers = [(503, "x"), (202, "")]
    with pytest.raises(AssertionError, match="does not say why"):
        played.send(b"{}")
