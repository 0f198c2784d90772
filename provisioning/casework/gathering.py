"""Who is on a list, and who of them can be provisioned now: the table that is shown before anybody is called.

Nobody is guessed: words that nobody, or several people, are called stay words, and are shown as such.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from provisioning.cases import Refusal
from provisioning.causes_named import fails_because
from provisioning.crowd_ports import CrowdReader
from provisioning.crowds import MOST, Crowd, Member, MemberState, Unnamed, Why
from provisioning.diagnosis import diagnose, is_in_the_app
from provisioning.errors import DeskError, TryLaterError
from provisioning.model import App, Cause, Diagnosis, Finding, Person
from provisioning.preflight import is_passing

SIDE_BY_SIDE = 8  # searches in the directory
MOST_FITS = 5  # addresses that are offered for ambiguous words
Called = Callable[[Person, str], bool]  # whether somebody is surely meant by these words


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What became of a list. ``others``: people who fail for other reasons than the one that was named."""

    members: tuple[Member, ...]
    unnamed: tuple[Unnamed, ...] = ()
    others: int = 0


async def gathered(reader: CrowdReader, crowd: Crowd, called: Called) -> Table:
    """Look everybody up, read everybody, judge. Raises what keeps the whole list from being read."""
    assert crowd.app is not None, "which app is meant is known by now"
    if crowd.failing:
        return await _failing(reader, crowd, crowd.app)
    people, unnamed = await _looked_up(reader, crowd.words[:MOST], called)
    judged = await _judged(reader, list(people), crowd.app)
    members = [
        _member(crowd, place, person, judged[person.id]) for place, person in enumerate(people.values(), start=1)
    ]
    return Table(members=tuple(members), unnamed=tuple(unnamed))


async def _failing(reader: CrowdReader, crowd: Crowd, app: App) -> Table:
    ids = await reader.failing(app)
    judged = await _judged(reader, ids[:MOST], app)
    wanted = {
        person_id: seen
        for person_id, seen in judged.items()
        if isinstance(seen, DeskError) or fails_because(crowd.because, seen)
    }
    members = []
    for place, (person_id, seen) in enumerate(wanted.items(), start=1):
        person = seen.person if isinstance(seen, Diagnosis) else Person(id=person_id, upn="", name=person_id)
        members.append(_member(crowd, place, person, seen))
    return Table(members=tuple(members), others=len(ids) - len(members))


async def _looked_up(
    reader: CrowdReader, words: Sequence[str], called: Called
) -> tuple[dict[str, Person], list[Unnamed]]:
    """People by their id in the order of the list, each once; and the words that are not one person."""
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def find(one: str) -> tuple[Person, ...]:
        async with gate:
            return await reader.find_people(one)

    found = await asyncio.gather(*(find(one) for one in words))
    people: dict[str, Person] = {}
    unnamed = []
    for one, fits in zip(words, found, strict=True):
        sure = [person for person in fits if called(person, one)]
        if len(sure) == 1:
            people.setdefault(sure[0].id, sure[0])
        else:
            unnamed.append(Unnamed(words=one, fits=tuple(person.upn for person in (sure or fits)[:MOST_FITS])))
    return people, unnamed


async def _judged(reader: CrowdReader, ids: Sequence[str], app: App) -> dict[str, Diagnosis | DeskError]:
    judged: dict[str, Diagnosis | DeskError] = {}
    async with aclosing(reader.census(ids, app)) as census:
        async for person_id, seen in census:
            judged[person_id] = seen if isinstance(seen, DeskError) else diagnose(seen)
    return judged


def _member(crowd: Crowd, place: int, person: Person, seen: Diagnosis | DeskError) -> Member:
    why, fact, told = left_out(seen)
    return Member(
        crowd=crowd.number,
        place=place,
        person_id=person.id,
        name=person.name or person.upn or person.id,
        upn=person.upn,
        state=MemberState.LEFT_OUT if why and why != Why.UNSEEN else MemberState.WAITING,
        why=why,
        fact=fact,
        told=told,
    )


def left_out(seen: Diagnosis | DeskError) -> tuple[str, str, str]:
    """Why somebody is not called, which attribute, and others' words about it; "" where nothing speaks against it.

    Whoever would only fail again, or is there already, could be called without harm, and in vain. UNSEEN is no reason
    to leave anybody out: the check at the moment of the call reads everything then.
    """
    if isinstance(seen, TryLaterError):
        return Why.UNSEEN.value, "", ""
    if isinstance(seen, DeskError):
        return Why.UNREAD.value, "", str(seen)
    if seen.refusal in {None, Refusal.NOT_READABLE} and is_passing(seen.unread):
        return Why.UNSEEN.value, "", ""
    if seen.refusal:
        return seen.refusal, "", ""
    if is_in_the_app(seen):
        return Why.ALREADY_THERE.value, "", ""
    if seen.root.cause is Cause.MISSING_ATTRIBUTE:
        return seen.root.cause.value, fact_of(seen.root), ""
    return "", "", ""


def fact_of(finding: Finding) -> str:
    """What tells people with the same cause apart into groups: the attribute, the code."""
    for name in ("attributes", "attribute", "code"):
        fact = finding.facts.get(name)
        if fact:
            return ", ".join(fact) if isinstance(fact, tuple) else fact
    return ""
