"""The rules as a page for people: made from the catalogue and from the cards, so that it cannot tell anything else."""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from provisioning.model import Cause
from provisioning.remedies import REMEDIES
from provisioning.rules.catalogue import LAST_RESORT, OBSTACLES, OUTCOMES, UNDERWAY, Rule

_GOLDEN = Path(__file__).parents[2] / "tests" / "cards" / "golden"  # of the working copy: the page is made there
_WHEN = re.compile(r"\{\{(DATE|TIME)\(([^,)]+)(?:,[^)]*)?\)\}\}")
# The sheets of card pictures.
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "person": ("no_account", "ambiguous_person", "soft_deleted", "account_disabled"),
    "job": (
        "not_configured",
        "never_ran",
        "job_paused",
        "job_disabled",
        "job_stale",
        "job_quarantined",
        "too_many_deletes",
        "credentials_rejected",
        "endpoint_unreachable",
        "wrong_endpoint",
        "duplicate_app_roles",
    ),
    "assignment": ("not_assigned", "nested_group_only", "group_not_security_enabled", "role_not_entitled"),
    "data": (
        "matching_attribute_empty",
        "missing_attribute",
        "duplicate_in_directory",
        "filtered_out",
        "attribute_rejected",
        "multiple_values",
        "invalid_domain",
        "reference_unknown",
    ),
    "app": (
        "duplicate_in_app",
        "value_taken_in_app",
        "account_gone_in_app",
        "role_or_licence_value_missing",
        "licence_exhausted",
        "app_permission",
        "app_incompatible",
        "app_refuses_deactivation",
        "app_refused",
        "mapping_wrong",
    ),
    "passing": ("app_throttling", "app_unavailable", "transport_error", "service_fault"),
    "outcome": (
        "provisioned",
        "in_sync",
        "awaiting_cycle",
        "assignment_too_fresh",
        "dynamic_membership_pending",
        "initial_cycle_running",
        "unsupported_object",
        "unknown_code",
        "unexplained",
    ),
}
_HEAD = """# Why somebody did not arrive: the rules

Made by `python -m provisioning.rules > docs/rules.md`, the pictures by `python -m tests.cards.draw`; a test compares
the page with the code. Edit the rules, not this page.

Obstacles stand in the order in which they lead a card. What is under way stands behind them. Outcomes speak only where
there is no obstacle. `no_account` and `ambiguous_person` have no rule: they are found while the question is being
understood. The words are those of the example cards: José García asks for AskCody.
"""
_COLUMNS = (
    "| cause | step | owner | retry | fires when | the agent reads | the person reads |\n|---|---|---|---|---|---|---|"
)


def page() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD, "## Obstacles\n", _table(OBSTACLES), "\n## Under way\n", _table(UNDERWAY)]
    parts += ["\n## Outcomes\n", _table((*OUTCOMES, LAST_RESORT)), "\n## The cards\n"]
    parts += [f"### {family}\n\n![Cards about {family}](images/rules/{family}.jpg)\n" for family in FAMILIES]
    return "\n".join(parts).rstrip() + "\n"


def _table(rules: tuple[Rule, ...]) -> str:
    return "\n".join([_COLUMNS, *_lines(rules)])


def _lines(rules: tuple[Rule, ...]) -> Iterator[str]:
    for rule in rules:
        cause = cause_of(rule)
        remedy = REMEDIES[cause]
        owner = " + ".join(owner.value for owner in remedy.owner)
        said = [_said(cause, voice) for voice in ("agent", "person")]
        cells = (
            f"[`{cause.value}`](#{_family(cause)})",
            remedy.step.value,
            owner,
            remedy.retry.value,
            _when(rule),
            *said,
        )
        yield f"| {' | '.join(cells)} |"


def _family(cause: Cause) -> str:
    return next(family for family, causes in FAMILIES.items() if cause.value in causes)


def cause_of(rule: Rule) -> Cause:
    """A rule is named for its cause."""
    return Cause(rule.__name__)


def _when(rule: Rule) -> str:
    """The docstring's first line, without its "Fire when"."""
    first = (inspect.getdoc(rule) or "").split("\n")[0]
    return first.removeprefix("Fire when ").rstrip(".")


def _said(cause: Cause, voice: str) -> str:
    """The head of the example card: what is the matter, and who acts."""
    file = _GOLDEN / f"cause-{cause.value}-{voice}.json"
    card: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    words = " ".join(part["text"] for part in card["body"][0]["items"] if part["type"] == "TextBlock")
    dated = _WHEN.sub(lambda found: found[2][:10] if found[1] == "DATE" else found[2][11:16], words)
    return dated.replace("|", "\\|").replace("\n", " ")
