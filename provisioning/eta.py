"""When a first cycle may end, an estimate: by its own pace so far, else by cycles like it, else by a rule of thumb."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from provisioning.model import Cause, Diagnosis

LEAST, MOST = timedelta(minutes=0.01), timedelta(minutes=0.08)  # for each user, group and member, says Microsoft
TELLING = 0.02  # of the parts: before that the pace says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCycle:
    """``ends`` by its own pace (``done``) or by what such cycles took (``usual``; None: it has taken longer already),
    or how long it takes in all, for ``people`` entries."""

    began: datetime
    done: int = 0
    whole: int = 0
    ends: datetime | None = None
    usual: timedelta | None = None
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
    if usual := timedelta(seconds=_number(finding.facts, "usual")):
        ends = began + usual
        return FirstCycle(began=began, usual=usual, ends=ends if ends > seen.as_of else None)
    if not people:
        return None
    return FirstCycle(began=began, people=people, least=LEAST * people, most=MOST * people)


def is_first(seen: Diagnosis) -> bool:
    """Whether a first cycle is what somebody waits for."""
    return any(one.cause is Cause.INITIAL_CYCLE_RUNNING for one in seen.findings)


def with_usual(seen: Diagnosis, length: timedelta) -> Diagnosis:
    """The same, knowing what cycles that looked at everybody took on average."""
    usual = str(round(length.total_seconds()))
    findings = tuple(
        replace(one, facts={**one.facts, "usual": usual}) if one.cause is Cause.INITIAL_CYCLE_RUNNING else one
        for one in seen.findings
    )
    return replace(seen, findings=findings)


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
