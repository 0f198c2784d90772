"""When a first cycle may end: by its own pace so far, and only without one by Microsoft's formula. An estimate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from provisioning.model import Cause, Diagnosis

LEAST, MOST = timedelta(minutes=0.01), timedelta(minutes=0.08)  # for each user, group and member, says Microsoft
TELLING = 0.02  # of the parts: before that the pace says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCycle:
    """Either ``ends``, by its own pace, or how long it takes in all, for ``people`` entries."""

    began: datetime
    done: int = 0
    whole: int = 0
    ends: datetime | None = None
    people: int = 0
    least: timedelta | None = None
    most: timedelta | None = None


def first_cycle(seen: Diagnosis) -> FirstCycle | None:
    """The estimate behind the finding that a first cycle is running; None where nothing supports one."""
    finding = next((one for one in seen.findings if one.cause is Cause.INITIAL_CYCLE_RUNNING), None)
    began = _instant(finding.facts, "began") if finding else None
    if finding is None or began is None or began >= seen.as_of:
        return None
    done, whole, people = (_number(finding.facts, key) for key in ("done", "whole", "entitled"))
    if whole and TELLING <= done / whole <= 1:
        left = (seen.as_of - began) * ((whole - done) / done)
        return FirstCycle(began=began, done=done, whole=whole, ends=seen.as_of + left)
    if not people:
        return None
    return FirstCycle(began=began, people=people, least=LEAST * people, most=MOST * people)


def _number(facts: Mapping[str, object], key: str) -> int:
    value = facts.get(key)
    return int(value) if isinstance(value, str) and value.isdecimal() else 0


def _instant(facts: Mapping[str, object], key: str) -> datetime | None:
    value = facts.get(key)
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at and at.tzinfo else None
