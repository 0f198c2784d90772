"""Being told later, in words and by buttons."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dialogs.clicks import CHANGING
from dialogs.meaning import Intent
from dialogs.status import Status
from dialogs.talk import Seal
from dialogs.understanding import understand
from dialogs.watch import WatchDesk
from provisioning.crowds import OVER, Crowd, CrowdState
from provisioning.diagnosis import diagnose
from provisioning.errors import NotAllowedError, NotThereError, RefusedError
from provisioning.model import Actor, App, Diagnosis
from provisioning.tickets import Ticket, TicketState
from provisioning.watches import USUAL, Watch, Watched, WatchKind, WatchState
from tests import worlds
from tests.dialogs.desk import AISHA, APPS, NOW, OLLE, PEOPLE, Desk, seen_of


class Watches:
    """Watches that are remembered."""

    def __init__(self) -> None:
        self.all: list[Watch] = []
        self.there = False
        self.ticket_ = worlds.ticket()
        self.crowd_ = Crowd(
            number=4, version=1, state=CrowdState.RUNNING, actor=AISHA, origin="chat", words=("José",), created=NOW
        )

    async def person(
        self, actor: Actor, person_id: str, app: App, *, origin: str, length: timedelta = USUAL
    ) -> Watch | Diagnosis:
        person = next(one for one in PEOPLE.values() if one.id == person_id)
        if self.there:
            return diagnose(seen_of(person, app))
        who = Watched(id=person.id, name=person.name, upn=person.upn)
        return self._open(WatchKind.ARRIVED, actor, app, origin, length, who)

    async def job(self, actor: Actor, app: App, *, origin: str, length: timedelta = USUAL) -> Watch:
        return self._open(WatchKind.WELL, actor, app, origin, length, None)

    async def ticket(self, actor: Actor, number: int, *, origin: str, length: timedelta = USUAL) -> Watch | Ticket:
        if number != self.ticket_.number:
            raise NotThereError("There is no such ticket.")
        if not self.ticket_.is_open:
            return self.ticket_
        return self._open(WatchKind.CLOSED, actor, None, origin, length, None, ticket=number)

    async def crowd(self, actor: Actor, number: int, *, origin: str, length: timedelta = USUAL) -> Watch | Crowd:
        if number != self.crowd_.number:
            raise NotThereError("There is no such list.")
        if self.crowd_.state in OVER:
            return self.crowd_
        return self._open(WatchKind.ENDED, actor, None, origin, length, None, crowd=number)

    async def mine(self, actor: Actor) -> list[Watch]:
        return [one for one in self.all if one.actor.id == actor.id and one.state is WatchState.OPEN]

    async def read(self, number: int) -> Watch:
        if not 0 < number <= len(self.all):
            raise NotThereError("There is no such watch.")
        return self.all[number - 1]

    async def cancel(self, actor: Actor, number: int, version: int | None = None) -> Watch:
        watch = await self.read(number)
        if watch.actor.id != actor.id:
            raise NotThereError("There is no such watch.")
        if version in {None, watch.version} and watch.state is WatchState.OPEN:
            self.all[number - 1] = replace(watch, state=WatchState.CANCELLED, version=watch.version + 1)
        return self.all[number - 1]

    async def again(self, actor: Actor, number: int, version: int, *, origin: str) -> Watch:
        watch = await self.read(number)
        return self._open(watch.kind, actor, watch.app, origin, USUAL, watch.person)

    def _open(
        self,
        kind: WatchKind,
        actor: Actor,
        app: App | None,
        origin: str,
        length: timedelta,
        who: Watched | None,
        ticket: int = 0,
        crowd: int = 0,
    ) -> Watch:
        watch = Watch(
            number=len(self.all) + 1,
            version=1,
            kind=kind,
            state=WatchState.OPEN,
            actor=actor,
            origin=origin,
            app=app,
            since=NOW,
            created=NOW,
            expires=NOW + length,
            person=who,
            ticket=ticket,
            crowd=crowd,
        )
        self.all.append(watch)
        return watch


@pytest.fixture
def watches(desk: Desk) -> Watches:
    """The desk of the other tests, with watches."""
    made = Watches()
    status = Status(desk.tenant, desk.inquiries)
    desk.use(WatchDesk(tenant=desk.tenant, status=status, shelf=desk.world, watches=made).feature())
    return made


async def test_a_person_in_an_app_is_watched_for(desk: Desk, watches: Watches) -> None:
    answer = await desk.ask("tell me when José is in AskCody")
    (watch,) = watches.all
    assert (watch.person and watch.person.id, watch.app, watch.origin) == ("p-jose", APPS[0], desk.conversation)
    assert answer.about == "watch:1"
    assert "I tell you here when José García is in AskCody" in answer.words
    assert "unwatch" in answer.verbs


async def test_people_watch_themselves_and_nobody_else(desk: Desk, watches: Watches) -> None:
    await desk.ask("let me know when I am in Zoom", by=OLLE)
    answer = await desk.ask("tell me when José is in Zoom", by=OLLE)
    assert [one.person and one.person.id for one in watches.all] == ["p-olle"]
    assert "only about your own access" in answer.words


async def test_whoever_is_there_already_is_said_so(desk: Desk, watches: Watches) -> None:
    watches.there = True
    answer = await desk.ask("tell me when olle is in AskCody")
    assert "is in AskCody already" in answer.words
    assert watches.all == []


async def test_a_job_is_watched_too(desk: Desk, watches: Watches) -> None:
    answer = await desk.ask("tell me when AskCody is syncing again")
    assert watches.all[0].person is None
    assert "runs well again" in answer.words


@pytest.mark.parametrize("words", ["tell me when it is done", "tell me when this case is done"])
async def test_it_leans_on_the_last_answer(desk: Desk, watches: Watches, words: str) -> None:
    await desk.ask("why can't José get into Zoom")
    await desk.ask(words)
    (watch,) = watches.all
    assert (watch.person and watch.person.id, watch.app and watch.app.name) == ("p-jose", "Zoom")


async def test_what_is_missing_is_asked_for(desk: Desk, watches: Watches) -> None:
    answer = await desk.ask("tell me when José is there")
    assert "Which app" in answer.words
    await desk.ask("Zoom")
    assert watches.all[0].app == APPS[1]


async def test_the_apps_button_completes_it(desk: Desk, watches: Watches) -> None:
    answer = await desk.ask("tell me when José is there")
    (button, *_others) = [a for a in answer.actions if a.get("verb") == "choose_app"]
    await desk.press("choose_app", **{**button["data"], "app": "a-zoom"})
    assert watches.all[0].app == APPS[1]


async def test_several_of_a_name_are_asked_about(desk: Desk, watches: Watches) -> None:
    answer = await desk.ask("tell me when Maja is in Zoom")
    assert watches.all == []
    (first, *_others) = [a for a in answer.actions if a.get("verb") == "choose_person"]
    await desk.press("choose_person", **first["data"])
    assert watches.all[0].person is not None


@pytest.mark.parametrize(
    "words", ["tell me when SD-1001 is closed", "watch ticket 1001", "let me know once SD-1001 is done for 3 days"]
)
async def test_a_ticket_is_watched_until_it_is_closed(desk: Desk, watches: Watches, words: str) -> None:
    await desk.ask("why can't José get into Zoom")
    answer = await desk.ask(words)
    assert [(one.ticket, one.person, one.app) for one in watches.all] == [(1001, None, None)]
    assert "I tell you here when SD-1001 is closed" in answer.words
    assert "W-1: until SD-1001 is closed" in (await desk.ask("my watches")).words
    assert "I no longer watch" in (await desk.ask("stop watching SD-1001")).words
    assert await watches.mine(AISHA) == []


async def test_a_closed_ticket_is_said_to_be_closed(desk: Desk, watches: Watches) -> None:
    watches.ticket_ = replace(watches.ticket_, state=TicketState.CLOSED)
    answer = await desk.ask("tell me when SD-1001 is closed")
    assert "SD-1001 is closed already" in answer.words
    assert watches.all == []


async def test_a_ticket_that_one_may_not_see_sounds_like_none(desk: Desk, watches: Watches) -> None:
    answer = await desk.ask("tell me when SD-7 is closed")
    assert "You have no ticket SD-7" in answer.words
    assert watches.all == []


@pytest.mark.parametrize(
    "words", ["tell me when C-4 is done", "sag mir Bescheid, wenn C-4 fertig ist", "watch crowd 4"]
)
async def test_a_crowd_is_watched_until_it_has_ended(desk: Desk, watches: Watches, words: str) -> None:
    answer = await desk.ask(words)
    assert [(one.crowd, one.ticket, one.person, one.app) for one in watches.all] == [(4, 0, None, None)]
    assert ("C-4 has ended" in answer.words) or ("C-4 zu Ende ist" in answer.words)
    assert "W-1: until C-4 has ended" in (await desk.ask("my watches")).words
    assert "I no longer watch" in (await desk.ask("stop watching C-4")).words
    assert await watches.mine(AISHA) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "surveille C-4"),
        ("sv", "bevaka C-4"),
        ("da", "overvåg C-4"),
        ("es", "vigila C-4"),
        ("it", "sorveglia C-4"),
        ("nl", "bewaak C-4"),
        ("pl", "obserwuj C-4"),
        ("pt", "monitorar C-4"),
    ],
)
def test_a_crowd_can_be_watched_in_every_language(language: str, words: str) -> None:
    meant = understand(words, apps=list(APPS), actor=AISHA, locale=language)
    assert (meant.intent, meant.crowd, meant.people) == (Intent.WATCH, 4, ())


@pytest.mark.parametrize(
    ("state", "words"), [(CrowdState.FINISHED, "C-4 has ended"), (CrowdState.STOPPED, "C-4 was stopped")]
)
async def test_a_crowd_that_is_over_is_said_to_be(desk: Desk, watches: Watches, state: CrowdState, words: str) -> None:
    watches.crowd_ = replace(watches.crowd_, state=state)
    assert words in (await desk.ask("tell me when C-4 is done")).words
    assert watches.all == []


async def test_a_crowd_that_does_not_exist_or_is_none_of_ones_business_is_not_watched(
    desk: Desk, watches: Watches
) -> None:
    assert "There is no list C-7" in (await desk.ask("tell me when C-7 is done")).words
    assert "helpdesk" in (await desk.ask("tell me when C-4 is done", by=OLLE)).words
    assert watches.all == []


async def test_how_long_is_said_in_the_same_sentence(desk: Desk, watches: Watches) -> None:
    await desk.ask("watch José in Zoom for 3 days")
    assert watches.all[0].expires == NOW + timedelta(days=3)


async def test_watches_are_listed_and_each_can_be_ended(desk: Desk, watches: Watches) -> None:
    assert "I watch nothing for you" in (await desk.ask("my watches")).words
    await desk.ask("tell me when José is in AskCody")
    await desk.ask("tell me when olle is in Zoom")
    listed = await desk.ask("my watches")
    assert "W-1: José García in AskCody" in listed.words
    assert listed.verbs.count("unwatch") == 2
    assert "I watch nothing for you" in (await desk.ask("my watches", by=OLLE)).words


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("stop watching José", [2]),
        ("cancel watch 2", [1]),
        ("unwatch W-1", [2]),
        ("stop watching Zoom", [1]),
        ("cancel all my watches", []),
        ("stop watching", [1, 2]),
        ("stop watching Xaver", [1, 2]),
    ],
)
async def test_a_watch_is_ended_by_words(desk: Desk, watches: Watches, words: str, left: list[int]) -> None:
    await desk.ask("tell me when José is in AskCody")
    await desk.ask("tell me when olle is in Zoom")
    await desk.ask(words)
    assert [one.number for one in await watches.mine(AISHA)] == left


async def test_the_only_watch_needs_no_name(desk: Desk, watches: Watches) -> None:
    await desk.ask("tell me when José is in AskCody")
    assert "I no longer watch" in (await desk.ask("stop watching")).words


async def test_buttons_end_it_once(desk: Desk, watches: Watches) -> None:
    await desk.ask("tell me when José is in AskCody")
    for seal in (Seal.MISSING, Seal.FORGED, Seal.EXPIRED):
        assert (await desk.press("unwatch", seal=seal, id="1", version=1)).note
    assert await watches.mine(AISHA)
    assert not (await desk.press("unwatch", id="1", version=1)).note
    assert watches.all[0].state is WatchState.CANCELLED


async def test_somebody_elses_watch_is_not_shown(desk: Desk, watches: Watches) -> None:
    await desk.ask("tell me when José is in AskCody")
    for seal in (Seal.GOOD, Seal.MISSING):
        with pytest.raises(NotThereError):
            await desk.press("unwatch", by=OLLE, seal=seal, id="1", version=1)


@pytest.mark.parametrize("number", [None, "", "x", "-1", 1])
async def test_a_button_without_a_watch_is_refused(desk: Desk, watches: Watches, number: Any) -> None:
    with pytest.raises(RefusedError):
        await desk.press("unwatch", id=number, version=1)


async def test_what_has_expired_can_be_watched_again(desk: Desk, watches: Watches) -> None:
    await desk.ask("tell me when José is in AskCody")
    watches.all[0] = replace(watches.all[0], state=WatchState.EXPIRED)
    assert "watch" in {part["verb"] for part in (await desk.redraw("watch:1")).card["actions"]}  # type: ignore[index]
    await desk.press("watch", id="1", version=1)
    assert len(watches.all) == 2


async def test_its_buttons_have_to_be_sealed(desk: Desk, watches: Watches) -> None:
    (feature,) = desk.features
    assert set(feature.buttons) <= CHANGING


# From a case's card


async def _case(desk: Desk, words: str = "why can't José get into AskCody", **who: Any) -> str:
    answer = await desk.ask(words, **who)
    assert answer.about is not None
    return answer.about.removeprefix("case:")


async def test_a_cards_button_watches_for_its_person_and_leaves_the_card_as_it_is(desk: Desk, watches: Watches) -> None:
    case_id = await _case(desk)
    answer = await desk.press("tell_me", case=case_id)
    (watch,) = watches.all
    assert (watch.person and watch.person.id, watch.app, watch.actor) == ("p-jose", APPS[0], AISHA)
    assert "I tell you here when José García is in AskCody" in answer.note
    assert answer.about == f"case:{case_id}"


async def test_a_cards_button_says_that_somebody_has_arrived_meanwhile(desk: Desk, watches: Watches) -> None:
    case_id, watches.there = await _case(desk), True
    assert "is in AskCody already" in (await desk.press("tell_me", case=case_id)).note
    assert watches.all == []


@pytest.mark.parametrize("seal", [seal for seal in Seal if seal is not Seal.GOOD])
async def test_a_cards_button_without_a_good_seal_watches_for_nobody(desk: Desk, watches: Watches, seal: Seal) -> None:
    assert (await desk.press("tell_me", seal=seal, case=await _case(desk))).note
    assert watches.all == []


async def test_nobody_watches_somebody_else_by_pressing_on_their_card(desk: Desk, watches: Watches) -> None:
    case_id = await _case(desk)
    with pytest.raises(NotAllowedError):
        await desk.press("tell_me", by=OLLE, case=case_id)
    assert watches.all == []
