"""``sync-desk explain``: what a pasted log row, on-demand answer or error text means, as JSON or as a few lines."""

from collections.abc import Mapping
from typing import Any

from cards import causes
from cards.words import _
from provisioning.attempts import Step
from provisioning.explain import Explanation

Facts = Mapping[str, str | tuple[str, ...]]


def as_json(said: Explanation) -> dict[str, Any]:
    """The public shape; every key is always there."""
    facts = facts_of(said)
    return {
        "cause": said.cause.value,
        "owner": [owner.value for owner in said.owner],
        "retry": said.retry.value,
        "step": said.step.value,
        "code": said.code,
        "http": said.http,
        "detail": said.detail,
        "attributes": list(said.attributes),
        "targets": list(said.targets),
        "next_retry": said.next_retry.isoformat() if said.next_retry else None,
        "meaning": causes.meaning(said.cause, facts),
        "fix": causes.fix(said.cause, facts),
        "facts": {name: list(fact) if isinstance(fact, tuple) else fact for name, fact in said.facts.items()},
    }


def as_text(said: Explanation) -> str:
    """The same for people: what it means, what to do, then what was read out of the text."""
    facts = facts_of(said)
    words = [causes.meaning(said.cause, facts), causes.fix(said.cause, facts)]
    if nothing_found(said):
        return "\n".join(words)
    read = [
        (_("Step"), "" if said.step is Step.NONE else said.step.value),
        (_("Code"), said.code),
        (_("HTTP status of the app"), said.http),
        (_("The app's words"), said.detail),
        (_("Attributes"), ", ".join(_pairs(said))),
        (_("Next try"), said.next_retry.isoformat(" ", "minutes") if said.next_retry else None),
    ]
    lines = [f"  {title}: {_harmless(value)}" for title, value in read if value]
    return "\n".join([*words, *lines])


def facts_of(said: Explanation) -> Facts:
    """What the sentences are filled with: everything that was read, by the names that findings use."""
    plain = {"code": said.code, "http": None if said.http is None else str(said.http), "detail": said.detail}
    named = {"attributes": said.attributes, "targets": said.targets}
    found = {name: fact for name, fact in {**plain, **named}.items() if fact}
    return {**said.facts, **found}


def nothing_found(said: Explanation) -> bool:
    """Whether the text held nothing that we know."""
    return said.cause.value == "unexplained" and said.code is None and said.http is None


def _pairs(said: Explanation) -> list[str]:
    targets = said.targets or ("",) * len(said.attributes)
    return [f"{ours} → {theirs}" if theirs else ours for ours, theirs in zip(said.attributes, targets, strict=False)]


def _harmless(value: object) -> str:
    """What was pasted may hold control characters that a terminal would obey."""
    return "".join(sign if sign.isprintable() else " " for sign in str(value))
