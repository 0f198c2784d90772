"""How the last cycles went, from what the desk itself has seen: a chart where Teams draws one, words where not."""

from collections.abc import Sequence

from cards._kit import Block, heading, text
from cards.times import span
from cards.words import _, ngettext
from provisioning.model import Execution
from provisioning.scoping import Cost

MOST_POINTS = 12
FEWEST_POINTS = 3  # fewer say nothing about a course


def trend_blocks(cycles: Sequence[Execution]) -> list[Block]:
    """``cycles`` oldest first; nothing for fewer than three. A client without charts shows the words instead."""
    shown = [cycle for cycle in cycles if cycle.began][-MOST_POINTS:]
    if len(shown) < FEWEST_POINTS:
        return []
    words = text(trend_words(shown))
    chart: Block = {
        "type": "Chart.VerticalBar.Grouped",
        "title": _("The last cycles that I saw"),
        "xAxisTitle": _("Cycle (UTC)"),
        "yAxisTitle": _("Objects"),
        "data": [
            {"legend": _("failed"), "values": [_point(cycle, cycle.escrowed) for cycle in shown]},
            {"legend": _("written"), "values": [_point(cycle, cycle.exported) for cycle in shown]},
        ],
        "fallback": words,
    }
    return [heading(_("Course")), chart]


def trend_words(cycles: Sequence[Execution]) -> str:
    """The same in one sentence, oldest first."""
    said = ngettext(
        "In the last {n} cycle that I saw, oldest first: failed {failed}; written {written}.",
        "In the last {n} cycles that I saw, oldest first: failed {failed}; written {written}.",
        len(cycles),
    )
    return said.format(
        n=len(cycles),
        failed=" · ".join(str(cycle.escrowed) for cycle in cycles),
        written=" · ".join(str(cycle.exported) for cycle in cycles),
    )


def full_cycles_seen(full: Cost) -> str:
    """What cycles that looked at everybody took; ``full.length`` is there."""
    assert full.length is not None
    said = ngettext(
        "{span}, by the {n} of them that I saw", "{span} on average, by the {n} of them that I saw", full.cycles
    )
    return said.format(span=span(full.length), n=full.cycles)


def _point(cycle: Execution, value: int) -> dict[str, object]:
    assert cycle.began is not None
    return {"x": cycle.began.strftime("%m-%d %H:%M"), "y": value}
