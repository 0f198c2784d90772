"""Crowds in every state, for the golden cards."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cards._kit import Card
from cards.crowd import choose_app_card, crowd_card
from cards.crowd_list import csv_card, people_card
from provisioning.crowds import Crowd, CrowdState, Leftovers, Member, MemberState, Progress, Unnamed
from tests import worlds

S = MemberState


def crowd(state: CrowdState, **changes: Any) -> Crowd:
    """Aisha's list about AskCody."""
    usual: dict[str, Any] = {
        "number": 7,
        "version": 3,
        "state": state,
        "actor": worlds.aisha(),
        "origin": "chat-1",
        "words": tuple(f"p{n}@fabrikam.example" for n in range(200)),
        "created": worlds.NOW,
        "app": worlds.askcody(),
        "started": worlds.NOW + timedelta(minutes=1),
    }
    return Crowd(**{**usual, **changes})


def group(state: MemberState, why: str, count: int, fact: str = "", told: str = "") -> Leftovers:
    """So many people with the same reason."""
    names = ("José García", "Greta Lindqvist", "Maja *Nowak*", "Omar Haddad", "Bea", "Tim")[:count]
    return Leftovers(state=state, why=why, fact=fact, count=count, names=names, told=told)


def progress(state: CrowdState, counts: dict[MemberState, int], *left: Leftovers, **changes: Any) -> Progress:
    """A crowd in this state with so many people in each of theirs."""
    as_of = worlds.NOW + timedelta(minutes=4)
    next_ones = ("Ada Abbott", "Björn *Berg*", "Clara Castro")[: counts.get(S.WAITING, 0)]
    return Progress(crowd=crowd(state, **changes), counts=counts, leftovers=left, as_of=as_of, next_ones=next_ones)


def ready(**changes: Any) -> Progress:
    """The table before the click."""
    out = (
        group(S.LEFT_OUT, "already_there", 8),
        group(S.LEFT_OUT, "missing_attribute", 2, "mail"),
        group(S.LEFT_OUT, "not_assigned", 3),
    )
    unnamed = (
        Unnamed(words="Xaver *Nobody*"),
        Unnamed(words="Maja", fits=("maja.lind@x.example", "maja.berg@x.example")),
    )
    return progress(CrowdState.READY, {S.WAITING: 186, S.LEFT_OUT: 13}, *out, unnamed=unnamed, started=None, **changes)


HALF_WAY = {S.DONE: 92, S.FAILED: 3, S.SKIPPED: 1, S.CALLING: 2, S.CHECKING: 4, S.WAITING: 84, S.LEFT_OUT: 13}
LEFT = (
    group(S.FAILED, "value_taken_in_app", 2, "mail", "Another account already has this value."),
    group(S.FAILED, "unknown_code", 1, "StrangeCode", "It said *something*."),
    group(S.SKIPPED, "not_assigned", 1),
    group(S.LEFT_OUT, "already_there", 8),
)
AT_THE_END = {S.DONE: 180, S.FAILED: 3, S.SKIPPED: 1, S.UNCERTAIN: 2, S.LEFT_OUT: 13}


def members(count: int) -> list[Member]:
    """The first of them as a list."""
    usual = [
        Member(
            crowd=7,
            place=n,
            person_id=f"id-{n}",
            name=f"Person {n}",
            upn=f"p{n}@fabrikam.example",
            state=S.DONE,
            called_at=worlds.NOW,
        )
        for n in range(1, count + 1)
    ]
    usual[1] = replace(usual[1], state=S.FAILED, why="missing_attribute", fact="mail", told="=cmd|' /C calc'!A0")
    usual[2] = replace(usual[2], name="=Eve", state=S.WAITING, called_at=None)
    return usual


def crowd_examples() -> dict[str, Callable[[], Card]]:
    """By name."""
    apps = [worlds.askcody(), worlds.askcody(id="app-2", name="AskCody Displays")]
    ended = worlds.NOW + timedelta(minutes=8)
    handed_over = {"value_taken_in_app:mail": 1007}
    uncertain = group(S.UNCERTAIN, "no_proof", 2)
    no_app, failing = {"app": None, "started": None}, {"failing": True, "words": ()}
    return {
        "crowd-which-app": lambda: choose_app_card(crowd(CrowdState.NAMELESS, **no_app), 12, apps),
        "crowd-nameless": lambda: crowd_card(progress(CrowdState.NAMELESS, {}, **no_app)),
        "crowd-gathering": lambda: crowd_card(progress(CrowdState.GATHERING, {}), shared=True),
        "crowd-gathering-who-fails": lambda: crowd_card(progress(CrowdState.GATHERING, {}, **failing)),
        "crowd-ready": lambda: crowd_card(ready()),
        "crowd-ready-others-fail": lambda: crowd_card(ready(left=38, **failing)),
        "crowd-ready-nobody": lambda: crowd_card(
            progress(CrowdState.READY, {S.LEFT_OUT: 3}, group(S.LEFT_OUT, "not_assigned", 3))
        ),
        "crowd-running": lambda: crowd_card(progress(CrowdState.RUNNING, HALF_WAY, *LEFT)),
        "crowd-paused": lambda: crowd_card(progress(CrowdState.PAUSED, HALF_WAY, *LEFT)),
        "crowd-stands-still": lambda: crowd_card(
            progress(CrowdState.PAUSED, HALF_WAY, *LEFT, trouble="job_quarantined")
        ),
        "crowd-stopped": lambda: crowd_card(
            progress(
                CrowdState.STOPPED,
                {S.DONE: 92, S.CHECKING: 2, S.STOPPED: 92},
                group(S.STOPPED, "stopped", 92),
                ended=ended,
            )
        ),
        "crowd-dropped": lambda: crowd_card(progress(CrowdState.STOPPED, {}, started=None)),
        "crowd-finished": lambda: crowd_card(
            progress(
                CrowdState.FINISHED,
                AT_THE_END,
                *LEFT,
                uncertain,
                ended=ended,
                tickets=handed_over,
            )
        ),
        "crowd-all-done": lambda: crowd_card(progress(CrowdState.FINISHED, {S.DONE: 1}, ended=ended)),
        "crowd-people": lambda: people_card(crowd(CrowdState.FINISHED), members(25), 2, 8),
        "crowd-csv": lambda: csv_card(crowd(CrowdState.FINISHED), members(5), 1, 2),
        "crowd-csv-or-file": lambda: csv_card(crowd(CrowdState.FINISHED), members(5), 1, 1, file="0f2b5a60-once"),
    }
