"""A list on a card: one line each, the worst first, and a way to open each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cards._kit import MOST_ACTIONS, Block, execute, group, row, safe, text
from cards.words import _

MOST_WITH_BUTTONS = MOST_ACTIONS - 1  # one is left for handing the answer over


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """``name`` as it came (a button's title is not Markdown); ``words`` are ours. ``id`` "": nothing to open."""

    name: str
    sign: str  # said in words too
    words: str
    id: str = ""


def rows_block(
    rows: Sequence[Row], *, verb: str, key: str, about: Mapping[str, str], further: int = 0
) -> tuple[list[Block], list[Block]]:
    """The body and the actions. A button carries ``about`` and, under ``key``, the row's id.

    ``further``: buttons that the card has beside these.
    """
    to_open = [one for one in rows if one.id]
    if len(to_open) <= MOST_WITH_BUTTONS - further:
        return [_line(one, verb, key, about) for one in rows], []
    picker: Block = {
        "type": "Input.ChoiceSet",
        "id": key,
        "label": _("Open one of them"),
        "style": "compact",
        "wrap": True,
        "isRequired": True,
        "errorMessage": _("Please pick one."),
        "value": to_open[0].id,
        "choices": [{"title": f"{one.sign} {one.name}", "value": one.id} for one in to_open],
    }
    lines = [_line(one, "", key, about) for one in rows]
    return [*lines, picker], [execute(_("Open"), verb, {**about, key: ""}, main=True)]


def _line(one: Row, verb: str, key: str, about: Mapping[str, str]) -> Block:
    said = text(f"{one.sign} **{safe(one.name)}:** {one.words}")
    button = (
        execute(_("Open {name}").format(name=one.name)[:60], verb, {**about, key: one.id}) if verb and one.id else None
    )
    return group([said, *([row([button])] if button else [])], separator=True, spacing="Small")
