"""The head of a case's card as a value, and what both voices know about it."""

from dataclasses import dataclass

from cards._kit import Tone, safe
from cards.words import _
from provisioning.cases import Case
from provisioning.model import Cause
from provisioning.remedies import NO_FAULT

THERE = frozenset({Cause.PROVISIONED, Cause.IN_SYNC})
NO_REASON = NO_FAULT | {Cause.UNEXPLAINED}  # causes that say nothing about why a run failed
TONES = {
    Cause.PROVISIONED: Tone.GOOD,
    Cause.IN_SYNC: Tone.GOOD,
    Cause.AWAITING_CYCLE: Tone.ACCENT,
    Cause.ASSIGNMENT_TOO_FRESH: Tone.ACCENT,
    Cause.INITIAL_CYCLE_RUNNING: Tone.ACCENT,
    Cause.DYNAMIC_MEMBERSHIP_PENDING: Tone.ACCENT,
    Cause.UNSUPPORTED_OBJECT: Tone.WARNING,
    Cause.UNEXPLAINED: Tone.WARNING,
}


@dataclass(frozen=True, slots=True)
class Lead:
    """One bold sentence and the paragraphs under it."""

    tone: Tone
    answer: str
    lines: tuple[str, ...] = ()


def names(case: Case) -> dict[str, str]:
    """Person and app, fit to stand in a sentence."""
    person = case.diagnosis.person
    return {"name": safe(person.name or person.upn), "app": safe(case.diagnosis.app.name)}


def soon() -> str:
    """What a card that is running says about time."""
    return _("That usually takes under 30 seconds. This card changes by itself.")
