"""One person in many apps: what was read about each, the apps they do not hold, and what was not looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from provisioning.diagnosis import diagnose
from provisioning.evidence import Evidence
from provisioning.model import App, Cause, Diagnosis, Person, Retry

_FINE = frozenset({Cause.PROVISIONED, Cause.IN_SYNC})


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """``seen``: the apps that the person holds, or that the provisioning log knows them in."""

    as_of: datetime
    person: Person
    seen: tuple[Evidence, ...]
    not_held: tuple[App, ...] = ()  # every way that was read says so
    left_out: tuple[App, ...] = ()  # held, and more than one answer looks at
    unread: Mapping[str, str] = field(default_factory=dict)  # keys: grants, groups, log, others; with the reason

    def worst_first(self) -> tuple[Diagnosis, ...]:
        """What is the matter in each app that was looked at."""
        return worst_first([diagnose(one) for one in self.seen])


def worst_first(diagnoses: Sequence[Diagnosis]) -> tuple[Diagnosis, ...]:
    """Faults that somebody has to mend, then what mends itself, then what is in order; by name among equals."""
    return tuple(sorted(diagnoses, key=lambda one: (rank(one), one.app.name.casefold(), one.person.name.casefold())))


class Rank(IntEnum):
    """How bad it is, the worst first."""

    BROKEN = 0  # somebody has to act
    UNCLEAR = 1  # nothing that was read says whether the account is there
    WAITING = 2  # time mends it, or nothing can be done
    FINE = 3  # the account is there


def rank(diagnosis: Diagnosis) -> Rank:
    """How bad one person's state in one app is."""
    if diagnosis.root.cause in _FINE:
        return Rank.FINE
    if diagnosis.root.cause is Cause.UNEXPLAINED:
        return Rank.UNCLEAR
    return Rank.BROKEN if diagnosis.root.retry is Retry.AFTER_FIX else Rank.WAITING
