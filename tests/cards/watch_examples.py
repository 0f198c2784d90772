"""Watches in every state, for the golden cards."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cards._kit import Card
from cards.watch import closed_already_card, there_already_card, watch_card, watches_card
from provisioning.diagnosis import diagnose
from provisioning.watches import Watch, Watched, WatchKind, WatchState
from tests import worlds

JOSE = Watched(id=worlds.JOSE_ID, name="José García", upn="jose@fabrikam.example")


def watch(state: WatchState = WatchState.OPEN, **changes: Any) -> Watch:
    """Aisha waits for José."""
    usual: dict[str, Any] = {
        "number": 3,
        "version": 1,
        "kind": WatchKind.ARRIVED,
        "state": state,
        "actor": worlds.aisha(),
        "origin": "chat-1",
        "app": worlds.askcody(),
        "since": worlds.NOW,
        "created": worlds.NOW,
        "expires": worlds.NOW + timedelta(days=14),
        "person": JOSE,
        "met_at": worlds.NOW + timedelta(hours=1) if state is WatchState.MET else None,
    }
    return Watch(**{**usual, **changes})


def watch_examples() -> dict[str, Callable[[], Card]]:
    """By name."""
    states = {f"watch-{state.value}": lambda state=state: watch_card(watch(state)) for state in WatchState}
    jobs = {
        f"watch-{kind.value}-{state.value}": lambda kind=kind, state=state: watch_card(
            watch(state, kind=kind, person=None)
        )
        for kind in (WatchKind.WELL, WatchKind.ILL)
        for state in (WatchState.OPEN, WatchState.MET)
    }
    ticket: dict[str, Any] = {"kind": WatchKind.CLOSED, "app": None, "person": None, "ticket": 1001}
    crowd: dict[str, Any] = {"kind": WatchKind.ENDED, "app": None, "person": None, "crowd": 4}
    many = [
        watch(number=n, person=None if n % 2 else JOSE, kind=WatchKind.ILL if n % 2 else WatchKind.ARRIVED)
        for n in range(1, 8)
    ]
    return (
        states
        | jobs
        | {
            "watch-closed-open": lambda: watch_card(watch(**ticket)),
            "watch-closed-met": lambda: watch_card(watch(WatchState.MET, **ticket)),
            "watch-closed-expired": lambda: watch_card(watch(WatchState.EXPIRED, **ticket)),
            "watch-closed-already": lambda: closed_already_card(worlds.ticket()),
            "watch-crowd-open": lambda: watch_card(watch(**crowd)),
            "watch-crowd-met": lambda: watch_card(watch(WatchState.MET, proof="finished", **crowd)),
            "watch-crowd-stopped": lambda: watch_card(watch(WatchState.MET, proof="stopped", **crowd)),
            "watch-crowd-expired": lambda: watch_card(watch(WatchState.EXPIRED, **crowd)),
            "watch-not-kept": lambda: watch_card(watch(number=0)),
            "watch-there-already": lambda: there_already_card(diagnose(worlds.healthy())),
            "watches-mine": lambda: watches_card(many),
            "watches-none": lambda: watches_card([]),
        }
    )
