"""The benchmark of turns: a short run gives figures, and figures become the tables that they should."""

import sys
from collections import Counter
from importlib.util import find_spec

import pytest

from benchmarks.peers.ours import CARD_BYTES, card
from benchmarks.rig.channel import ISSUER, Signer
from benchmarks.rig.load import Run
from benchmarks.rig.parts import DUTIES, KINDS, name_of, parts_table
from benchmarks.rig.table import Result, detail_table, main_table, multiples, percentile
from benchmarks.turns import run
from bot.channel.wire import dump

NO_PEERS = find_spec("microsoft_teams") is None or find_spec("microsoft_agents") is None


def result(letter: str, *, answered: int = 100, took: float = 0.01, cpu: float = 0.001) -> Result:
    loop = Run(concurrency=16, lasted=1.0, acknowledged=[took / 2] * answered, answered=[took] * answered)
    return Result(letter=letter, title=letter, runs={16: loop}, cpu={16: cpu}, memory=50.0, start=0.5)


@pytest.mark.skipif(sys.platform != "linux", reason="CPU is read from /proc")
@pytest.mark.skipif(NO_PEERS, reason="the dependency group bench is not installed")
def test_a_short_run_measures_the_floor_and_a_durable_turn() -> None:
    floor, ours = run("de", levels=(4,), seconds=0.5)
    for measured in (floor, ours):
        assert measured.why == ""
        loop = measured.runs[4]
        assert len(loop.answered) >= 4
        assert (loop.refused, loop.lost) == ([], 0)
        assert measured.cpu[4] > 0
        assert measured.memory > 20
        assert 0 < measured.start < 30
    assert ours.database_cpu[4] > floor.database_cpu[4]


@pytest.mark.skipif(sys.platform != "linux", reason="CPU is read from /proc")
@pytest.mark.skipif(NO_PEERS, reason="the dependency group bench is not installed")
def test_a_server_that_refuses_everybody_has_no_figures_but_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    forged = Signer()
    monkeypatch.setattr(Signer, "inbound", lambda self, url: forged._signed(iss=ISSUER, aud="x", serviceurl=url))
    (floor,) = run("d", levels=(1,), seconds=0.1)
    assert "401" in floor.why
    assert "n/a" in main_table([floor], (1,))


def test_ours_are_multiples_of_the_floor_and_of_the_best_peer() -> None:
    results = [result("a", cpu=0.004), result("b", cpu=0.002), result("d"), result("e", cpu=0.003)]
    lines = main_table(results, (16,)).splitlines()
    assert lines[-2].split()[:4] == ["ours", "/", "floor", "3.00x"]
    assert lines[-1].split()[:5] == ["ours", "/", "best", "peer", "1.50x"]


def test_more_turns_a_second_are_better() -> None:
    results = [result("a", answered=50), result("b", answered=200), result("d", answered=400), result("e")]
    lines = main_table(results, (16,)).splitlines()
    assert lines[-2].split()[4] == "0.25x"
    assert lines[-1].split()[5] == "0.50x", "the best peer is the one with the most"


def test_who_could_not_be_run_is_named_with_the_reason() -> None:
    broken = Result(letter="c", title="broken", why="no module named broken")
    table = main_table([broken, result("d"), result("e")], (16,))
    assert "(c) n/a: no module named broken" in table
    assert table.splitlines()[1].split()[2:] == ["n/a"] * 8
    assert "ours / best peer" in table


def test_losses_and_refusals_are_shown() -> None:
    spoiled = result("e")
    spoiled.runs[16].lost = 7
    spoiled.runs[16].refused = [503] * 3
    assert detail_table([spoiled]).splitlines()[1].split()[-2:] == ["3", "7"]


def test_multiples_are_of_the_floor() -> None:
    found = multiples({"d": result("d"), "e": result("e", cpu=0.005, took=0.04)}, (16,))
    assert found["d"]["CPU ms/turn"] == 1.0
    assert found["e"]["CPU ms/turn"] == pytest.approx(5.0)
    assert found["e"]["card p99"] == pytest.approx(4.0)


def test_percentiles_are_in_milliseconds() -> None:
    assert percentile([], 99) is None
    assert percentile([0.002], 99) == 2.0
    assert percentile([number / 1000 for number in range(101)], 50) == pytest.approx(50.0)


def test_the_card_weighs_three_kilobytes() -> None:
    assert CARD_BYTES * 0.95 <= len(dump(card()).encode()) <= CARD_BYTES * 1.1


@pytest.mark.parametrize(
    ("stack", "duty", "kind"),
    [
        (("psycopg/waiting.py:wait_async", "x/bot/inbox.py:take", "x/bot/turns.py:_work"),
         "inbox: take", "database: statements"),
        (("psycopg/cursor_async.py:execute", "psycopg_pool/pool_async.py:check_connection", "x/bot/outbox.py:claim"),
         "outbox: claim", "database: try a connection before use"),
        (("json/decoder.py:decode", "bot/channel/wire.py:read", "x/bot/inbox.py:take"), "read the activity", "JSON"),
        (("x/bot/outbox.py:add", "x/bot/turns.py:_one"), "commit of the turn", "our own code"),
        (("asyncio/base_events.py:_run_once",), "event loop and the rest", "event loop and the rest"),
    ],
)  # fmt: skip
def test_what_is_inside_something_else_goes_first(stack: tuple[str, ...], duty: str, kind: str) -> None:
    assert (name_of(stack, DUTIES), name_of(stack, KINDS)) == (duty, kind)


def test_parts_are_shares_of_a_turns_cpu() -> None:
    stacks: Counter[tuple[str, ...]] = Counter({("x/bot/inbox.py:keep",): 3, ("x/bot/outbox.py:claim",): 1})
    _, _, most, least, *kinds = parts_table(stacks, 0.008).splitlines()
    assert most.split() == ["75.0%", "6.00", "ms", "inbox:", "keep"]
    assert least.split() == ["25.0%", "2.00", "ms", "outbox:", "claim"]
    assert kinds[1].split() == ["100.0%", "8.00", "ms", "our", "own", "code"]
