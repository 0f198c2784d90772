"""The figures of one run as text: one line a server, and what ours are as multiples of the floor and the best peer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles

from benchmarks.rig.load import Run

AT = 16  # the concurrency whose latencies and CPU stand in the main table


@dataclass(slots=True, kw_only=True)
class Result:
    """One server's figures; ``why`` instead of them when it could not be run."""

    letter: str
    title: str
    runs: dict[int, Run] = field(default_factory=dict)
    cpu: dict[int, float] = field(default_factory=dict)  # s a turn, by concurrency
    database_cpu: dict[int, float] = field(default_factory=dict)  # s a turn, of the database's processes
    memory: float = 0.0  # MB
    start: float = 0.0  # s
    why: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One figure; ``less`` when less is better."""

    title: str
    of: Callable[[Result], float | None]
    less: bool = True
    form: str = "{:.1f}"


def percentile(values: Sequence[float], percent: int) -> float | None:
    """In ms; None without values."""
    if not values:
        return None
    return (quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]) * 1000


def columns(levels: Sequence[int]) -> list[Column]:
    """The main table's, for these levels of concurrency."""
    at = AT if AT in levels else levels[-1]
    return [
        Column("CPU ms/turn", lambda it: _times(it.cpu.get(at), 1000), form="{:.2f}"),
        *[Column(f"turns/s @{level}", _rate(level), less=False, form="{:.0f}") for level in levels],
        Column("ack p50", _latency(at, 50, "acknowledged")),
        Column("ack p99", _latency(at, 99, "acknowledged")),
        Column("card p50", _latency(at, 50, "answered")),
        Column("card p99", _latency(at, 99, "answered")),
        Column("RSS MB", lambda it: it.memory or None, form="{:.0f}"),
        Column("start s", lambda it: it.start or None, form="{:.2f}"),
    ]


def main_table(results: Sequence[Result], levels: Sequence[int]) -> str:
    """Everybody's figures, ours as multiples, and why somebody has none."""
    shown = columns(levels)
    lines = [["", *[column.title for column in shown]]]
    lines += [[f"({it.letter}) {it.title}", *[_cell(column, it) for column in shown]] for it in results]
    by_letter = {it.letter: it for it in results}
    ours, floor = by_letter.get("e"), by_letter.get("d")
    peers = [by_letter[letter] for letter in "abc" if letter in by_letter]
    if ours is not None and floor is not None:
        lines.append(["ours / floor", *[_ratio(column, ours, [floor]) for column in shown]])
    if ours is not None and peers:
        lines.append(["ours / best peer", *[_ratio(column, ours, peers) for column in shown]])
    notes = [f"({it.letter}) n/a: {it.why}" for it in results if it.why]
    return "\n".join([_aligned(lines), *notes])


def detail_table(results: Sequence[Result]) -> str:
    """Latencies, CPU and losses at every concurrency."""
    lines = [["", "concurrency", "turns", "ack p50", "ack p99", "card p50", "card p99", "CPU ms", "database CPU ms",
              "refused", "lost"]]  # fmt: skip
    for it in results:
        for level, run in it.runs.items():
            figures = [percentile(values, p) for values in (run.acknowledged, run.answered) for p in (50, 99)]
            cpu = [_times(it.cpu.get(level), 1000), _times(it.database_cpu.get(level), 1000)]
            counts = [len(run.answered), len(run.refused), run.lost]
            cells = [_shown(value, "{:.1f}") for value in figures] + [_shown(value, "{:.2f}") for value in cpu]
            lines.append([f"({it.letter})", str(level), str(counts[0]), *cells, str(counts[1]), str(counts[2])])
    return _aligned(lines)


def multiples(results: Mapping[str, Result], levels: Sequence[int]) -> dict[str, dict[str, float]]:
    """Every server's figures as multiples of the floor's: what can be compared between machines."""
    floor = results["d"]
    found: dict[str, dict[str, float]] = {}
    for letter, it in results.items():
        pairs = ((column, column.of(it), column.of(floor)) for column in columns(levels))
        found[letter] = {column.title: value / base for column, value, base in pairs if value and base}
    return found


def _rate(level: int) -> Callable[[Result], float | None]:
    return lambda it: it.runs[level].rate if level in it.runs else None


def _latency(level: int, percent: int, which: str) -> Callable[[Result], float | None]:
    return lambda it: percentile(getattr(it.runs[level], which), percent) if level in it.runs else None


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _ratio(column: Column, ours: Result, others: Sequence[Result]) -> str:
    mine = column.of(ours)
    theirs = [value for other in others if (value := column.of(other))]
    if mine is None or not theirs:
        return "n/a"
    return f"{mine / (min(theirs) if column.less else max(theirs)):.2f}x"


def _cell(column: Column, it: Result) -> str:
    return _shown(column.of(it), column.form)


def _shown(value: float | None, form: str) -> str:
    return "n/a" if value is None else form.format(value)


def _aligned(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    return "\n".join(
        line[0].ljust(widths[0])
        + "  "
        + "  ".join(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))
        for line in lines
    )
