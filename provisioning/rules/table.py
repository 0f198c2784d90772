"""The rules as a page for people: made from the catalogue, so that it cannot tell anything else."""

import inspect
from collections.abc import Iterator

from provisioning.model import Cause
from provisioning.remedies import REMEDIES
from provisioning.rules.catalogue import LAST_RESORT, OBSTACLES, OUTCOMES, UNDERWAY, Rule

_HEAD = """# Why somebody did not arrive: the rules

Made by `python -m provisioning.rules > docs/rules.md`; a test compares the two. Edit the rules, not this page.

Obstacles stand in the order in which they lead a card. What is under way stands
behind them. Outcomes speak only where there is no obstacle.
`no_account` and `ambiguous_person` have no rule: they are found while the question is being understood.
"""
_COLUMNS = "| cause | step | owner | retry | fires when |\n|---|---|---|---|---|"


def page() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD, "## Obstacles\n", _table(OBSTACLES), "\n## Under way\n", _table(UNDERWAY)]
    parts += ["\n## Outcomes\n", _table((*OUTCOMES, LAST_RESORT))]
    return "\n".join(parts) + "\n"


def _table(rules: tuple[Rule, ...]) -> str:
    return "\n".join([_COLUMNS, *_lines(rules)])


def _lines(rules: tuple[Rule, ...]) -> Iterator[str]:
    for rule in rules:
        remedy = REMEDIES[cause_of(rule)]
        owner = " + ".join(owner.value for owner in remedy.owner)
        cells = (f"`{cause_of(rule).value}`", remedy.step.value, owner, remedy.retry.value, _when(rule))
        yield f"| {' | '.join(cells)} |"


def cause_of(rule: Rule) -> Cause:
    """A rule is named for its cause."""
    return Cause(rule.__name__)


def _when(rule: Rule) -> str:
    """The docstring's first line, without its "Fire when"."""
    first = (inspect.getdoc(rule) or "").split("\n")[0]
    return first.removeprefix("Fire when ").rstrip(".")
