"""News of apps in words and by buttons: what is a wish without end, who may, and where it counts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dialogs.clicks import CHANGING
from dialogs.news import SNOOZE, NewsDesk
from dialogs.status import Status
from dialogs.talk import Seal
from dialogs.watch import WatchDesk
from provisioning.errors import NotAllowedError, NotThereError, RefusedError
from provisioning.model import Actor, App
from provisioning.permissions import may_watch
from provisioning.watching.news import EVERYTHING, Hush, News, Pace, Place, Subscription, Wish
from tests.cards.news_examples import quarantined
from tests.dialogs.desk import AISHA, APPS, INES, NOW, OLLE, Desk
from tests.dialogs.test_watch import Watches


class Told:
    """Places that are remembered."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.done: list[tuple[Any, ...]] = []

    async def subscribe(self, actor: Actor, place: str, app: App | None, *, shared: bool) -> Wish:
        assert may_watch(actor, shared=shared)
        before = await self.place(place)
        wish = Subscription(place=place, shared=shared, actor=actor, app=app, since=NOW)
        kept = [one for one in before.subscriptions if one.app_id != wish.app_id]
        self.places[place] = replace(before, subscriptions=[*kept, wish])
        return Wish(place=self.places[place], app=app, new=True)

    async def unsubscribe(self, actor: Actor, place: str, app_ids: Sequence[str], *, shared: bool) -> Place:
        before = await self.place(place)
        kept = [one for one in before.subscriptions if one.app_id not in app_ids]
        self.places[place] = replace(before, subscriptions=kept)
        return self.places[place]

    async def hush(self, actor: Actor, place: str, app_id: str, *, length: timedelta | None, shared: bool) -> Hush:
        if not may_watch(actor, shared=shared and length is None):
            raise NotAllowedError("no")
        hush = Hush(app_id=app_id, until=None if length is None else NOW + length)
        self.places[place] = replace(await self.place(place), hushes=[hush])
        return hush

    async def wake(self, actor: Actor, place: str, app_id: str | None, *, shared: bool) -> Place:
        before = await self.place(place)
        kept = [one for one in before.hushes if app_id not in {None, one.app_id}]
        self.places[place] = replace(before, hushes=kept)
        return self.places[place]

    async def set_pace(self, actor: Actor, place: str, pace: Pace, *, shared: bool) -> Place:
        self.places[place] = replace(await self.place(place), pace=pace)
        return self.places[place]

    async def place(self, place: str) -> Place:
        return self.places.get(place, Place(conversation=place))

    async def news(self, number: int) -> tuple[News, News | None]:
        if number != 7:
            raise NotThereError("There is no such news.")
        return replace(quarantined("Unknown"), app=APPS[0]), None


@pytest.fixture
def told(desk: Desk) -> Told:
    """The desk of the other tests, with watches and news."""
    made = Told()
    status = Status(desk.tenant, desk.inquiries)
    news = NewsDesk(tenant=desk.tenant, watching=made, place_of=lambda conversation: conversation.partition(";")[0])
    desk.use(
        WatchDesk(tenant=desk.tenant, status=status, shelf=desk.world, watches=Watches(), news=news).feature(),
        news.feature(),
    )
    return made


def here(told: Told, desk: Desk) -> Place:
    return told.places[desk.conversation.partition(";")[0]]


@pytest.mark.parametrize(
    ("words", "apps"),
    [
        ("watch AskCody", ["a-askcody"]),
        ("keep an eye on Zoom please", ["a-zoom"]),
        ("watch AskCody and Zoom", ["a-askcody", "a-zoom"]),
        ("watch all apps", [EVERYTHING]),
        ("watch everything", [EVERYTHING]),
        ("beobachte AskCody", ["a-askcody"]),
        ("überwache alle Apps", [EVERYTHING]),
        ("bevaka AskCody", ["a-askcody"]),
        ("overvåg alle apps", [EVERYTHING]),
        ("houd Zoom in de gaten", ["a-zoom"]),
        ("surveillez toutes les applications", [EVERYTHING]),
        ("vigila AskCody y Zoom", ["a-askcody", "a-zoom"]),
        ("sorveglia tutte le app", [EVERYTHING]),
        ("śledź wszystkie aplikacje", [EVERYTHING]),
        ("monitore o AskCody", ["a-askcody"]),
    ],
)
async def test_the_helpdesk_watches_apps_without_end(desk: Desk, told: Told, words: str, apps: list[str]) -> None:
    answer = await desk.ask(words)
    assert sorted(one.app_id for one in here(told, desk).subscriptions) == sorted(apps)
    assert "From now on I tell you here what is news" in answer.words


@pytest.mark.parametrize(
    "words",
    [
        "watch AskCody for 3 days",
        "tell me when AskCody is syncing again",
        "watch José in AskCody",
        "bevaka AskCody i 3 dagar",
        "surveille AskCody jusqu'à demain",
        "obserwuj AskCody przez 3 dni",
    ],
)
async def test_what_happens_once_or_has_an_end_is_a_watch_as_before(desk: Desk, told: Told, words: str) -> None:
    await desk.ask(words)
    assert told.places == {}


async def test_people_watch_no_news(desk: Desk, told: Told) -> None:
    answer = await desk.ask("watch AskCody", by=OLLE)
    assert told.places == {}
    assert "The sync of AskCody" in answer.words or "runs well again" in answer.words
    for words in ("digest daily", "mute AskCody"):
        assert "only about your own access" in (await desk.ask(words, by=OLLE)).words


async def test_a_channel_is_told_what_an_admin_decides(desk: Desk, told: Told) -> None:
    desk.kind = "channel"
    desk.conversation = "19:c@thread.tacv2;messageid=1"
    for words in ("watch AskCody", "digest daily", "mute AskCody"):
        assert "Only an identity administrator" in (await desk.ask(words)).words
    assert told.places == {}
    await desk.ask("watch AskCody", by=INES)
    assert list(told.places) == ["19:c@thread.tacv2"], "the channel, not the thread"
    assert "Snoozed here" in (await desk.ask("snooze AskCody")).words, "an agent may be left in peace for a day"


@pytest.mark.parametrize(
    ("words", "pace"),
    [
        ("digest daily", Pace.DAILY),
        ("weekly digest please", Pace.WEEKLY),
        ("digest off", Pace.AT_ONCE),
        ("no daily digest", Pace.AT_ONCE),
        ("tägliche Zusammenfassung", Pace.DAILY),
        ("wöchentliche Zusammenfassung", Pace.WEEKLY),
        ("keine Zusammenfassung mehr", Pace.AT_ONCE),
        ("send news at once", Pace.AT_ONCE),
        ("daglig sammanfattning", Pace.DAILY),
        ("ugentlig oversigt", Pace.WEEKLY),
        ("oversigt fra", Pace.AT_ONCE),
        ("wekelijkse samenvatting", Pace.WEEKLY),
        ("pas de résumé", Pace.AT_ONCE),
        ("resumen diario", Pace.DAILY),
        ("riepilogo settimanale", Pace.WEEKLY),
        ("wyłącz podsumowanie", Pace.AT_ONCE),
        ("resumo todos os dias", Pace.DAILY),
    ],
)
async def test_how_often_is_said_in_words(desk: Desk, told: Told, words: str, pace: Pace) -> None:
    await desk.ask("watch AskCody")
    await desk.ask("digest weekly" if pace is Pace.DAILY else "digest daily")
    await desk.ask(words)
    assert here(told, desk).pace is pace


@pytest.mark.parametrize(
    ("words", "app_id", "length"),
    [
        ("snooze AskCody", "a-askcody", timedelta(days=1)),
        ("snooze AskCody for 3 days", "a-askcody", timedelta(days=3)),
        ("snooze all apps for a week", EVERYTHING, timedelta(days=7)),
        ("mute AskCody", "a-askcody", None),
        ("mute everything", EVERYTHING, None),
        ("AskCody stumm", "a-askcody", None),
        ("mute AskCody for 3 days", "a-askcody", timedelta(days=3)),
        ("tysta AskCody", "a-askcody", None),
        ("dæmp AskCody i 3 dage", "a-askcody", timedelta(days=3)),
        ("demp alle apps", EVERYTHING, None),
        ("mets AskCody en sourdine", "a-askcody", None),
        ("silencia AskCody", "a-askcody", None),
        ("silenzia AskCody per una settimana", "a-askcody", timedelta(days=7)),
        ("wycisz wszystkie aplikacje", EVERYTHING, None),
        ("silencie o AskCody por 2 horas", "a-askcody", timedelta(hours=2)),
    ],
)
async def test_apps_are_hushed_in_words(
    desk: Desk, told: Told, words: str, app_id: str, length: timedelta | None
) -> None:
    await desk.ask(words)
    (hush,) = here(told, desk).hushes
    assert (hush.app_id, hush.until) == (app_id, NOW + length if length else None)


@pytest.mark.parametrize(
    "words",
    [
        "unmute AskCody",
        "unsnooze everything",
        "melde AskCody wieder",
        "berätta om AskCody igen",
        "fortæl om AskCody igen",
        "meld AskCody weer",
        "enlève la sourdine de AskCody",
        "no silencies AskCody",
        "smetti di silenziare AskCody",
        "wyłącz wyciszenie AskCody",
        "pare de silenciar o AskCody",
    ],
)
async def test_and_wake_again(desk: Desk, told: Told, words: str) -> None:
    await desk.ask("mute AskCody")
    await desk.ask(words)
    assert here(told, desk).hushes == []


async def test_hushing_asks_for_the_app(desk: Desk, told: Told) -> None:
    assert "Which app" in (await desk.ask("snooze")).words
    assert told.places == {}


async def test_what_is_watched_is_listed_with_ones_own_watches_and_ended(desk: Desk, told: Told) -> None:
    assert "“watch all apps”" in (await desk.ask("what do you watch")).words
    await desk.ask("watch AskCody")
    await desk.ask("watch Zoom")
    await desk.ask("tell me when José is in AskCody")
    listed = await desk.ask("what do you watch")
    assert "AskCody, Zoom" in listed.words
    assert "W-1: José García in AskCody" in listed.words
    await desk.ask("stop watching Zoom")
    assert [one.app_id for one in here(told, desk).subscriptions] == ["a-askcody"]
    await desk.ask("stop watching everything")
    assert here(told, desk).subscriptions == []


async def test_the_buttons_of_news_count_where_they_are_pressed(desk: Desk, told: Told) -> None:
    reply = await desk.press("snooze_news", id="7")
    (hush,) = here(told, desk).hushes
    assert (hush.app_id, hush.until) == (APPS[0].id, NOW + SNOOZE)
    assert reply.about == f"news:7:{desk.conversation}"
    assert "Snoozed here" in reply.summary + str(reply.card)
    await desk.press("mute_news", id="7", place="19:somewhere-else")
    assert list(told.places) == [desk.conversation]
    assert here(told, desk).hushes[0].until is None
    await desk.press("wake_news", id="7")
    assert here(told, desk).hushes == []


@pytest.mark.parametrize("verb", ["snooze_news", "mute_news", "wake_news"])
async def test_a_button_without_a_good_seal_shows_and_does_nothing(desk: Desk, told: Told, verb: str) -> None:
    for seal in (Seal.MISSING, Seal.EXPIRED, Seal.FORGED):
        assert (await desk.press(verb, id="7", seal=seal)).note
    assert told.places == {}


@pytest.mark.parametrize("number", [None, "", "x", "-1", 7, "8"])
async def test_a_button_without_news_is_refused(desk: Desk, told: Told, number: Any) -> None:
    with pytest.raises((RefusedError, NotThereError)):
        await desk.press("snooze_news", id=number)


async def test_people_press_no_news_and_agents_mute_no_channel(desk: Desk, told: Told) -> None:
    with pytest.raises(RefusedError):
        await desk.press("snooze_news", by=OLLE, id="7")
    desk.kind = "channel"
    with pytest.raises(NotAllowedError):
        await desk.press("mute_news", by=AISHA, id="7")
    await desk.press("mute_news", by=INES, id="7")


async def test_a_snooze_that_is_over_is_not_shown(desk: Desk, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.press("snooze_news", id="7")
    assert "Snoozed" in str((await desk.redraw(f"news:7:{desk.conversation}")).card)

    async def later() -> datetime:
        return NOW + 2 * SNOOZE

    monkeypatch.setattr(desk.tenant, "now", later)
    assert "Snoozed" not in str((await desk.redraw(f"news:7:{desk.conversation}")).card)


async def test_its_buttons_have_to_be_sealed(desk: Desk, told: Told) -> None:
    verbs = {verb for feature in desk.features for verb in feature.buttons}
    assert verbs <= CHANGING
