"""The roster and the routes, as they are spoken about."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest

from dialogs.duty import DutyDesk
from dialogs.feature import Feature
from dialogs.meaning import Intent
from dialogs.root import Conversations
from provisioning.model import Actor, Person
from provisioning.roster import Shift
from provisioning.routing import Route
from tests.dialogs import desk as small
from tests.dialogs.desk import AISHA, INES, OLLE, Desk


@dataclass
class Kept:
    """Shifts and routes in lists."""

    all_shifts: list[Shift] = field(default_factory=list)
    all_routes: list[Route] = field(default_factory=list)

    async def shifts(self) -> Sequence[Shift]:
        return self.all_shifts

    async def add(self, shift: Shift) -> None:
        self.all_shifts.append(shift)

    async def drop(self, person_id: str) -> int:
        before = len(self.all_shifts)
        self.all_shifts = [shift for shift in self.all_shifts if shift.person.id != person_id]
        return before - len(self.all_shifts)

    async def routes(self) -> Sequence[Route]:
        return self.all_routes

    async def add_route(self, route: Route) -> None:
        self.all_routes.append(route)

    async def drop_route(self, kind: str, value: str) -> bool:
        before = len(self.all_routes)
        self.all_routes = [one for one in self.all_routes if (one.kind, one.value) != (kind, value)]
        return len(self.all_routes) < before


@pytest.fixture
def kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Kept:
    kept = Kept()
    people = {**small.PEOPLE, "aisha khan": Person(id="p-aisha", upn=AISHA.upn, name=AISHA.name, enabled=True)}
    monkeypatch.setattr(small, "PEOPLE", people)

    async def actor(person_id: str) -> Actor:
        return {"p-olle": OLLE, "p-aisha": AISHA}[person_id]

    monkeypatch.setattr(desk.tenant, "actor", actor)
    duty = DutyDesk(tenant=desk.tenant, roster=kept, routes=kept, zone=ZoneInfo("UTC"))
    feature = Feature(conversations={Intent.ROSTER: duty.roster, Intent.ROUTES: duty.routes})
    desk.conversations = Conversations(
        tenant=desk.tenant,
        inquiries=desk.inquiries,
        promises=desk.world,
        tickets=desk.tickets,
        rooms=desk.world,
        shelf=desk.world,
        features=[feature],
    )
    return kept


async def test_an_admin_puts_somebody_on_the_roster_and_takes_them_off(desk: Desk, kept: Kept) -> None:
    answer = await desk.ask("roster add Aisha Khan Mon-Fri 08:00-16:00", by=INES)
    assert "Aisha Khan is on the roster." in answer.words
    assert "Aisha Khan: Mon–Fri, 08:00–16:00" in answer.words
    assert "Aisha Khan is on call now." in (await desk.ask("who is on call")).words  # 9:30 on a Monday
    assert "off the roster" in (await desk.ask("roster remove Aisha Khan", by=INES)).words
    assert "Nobody is on call now." in (await desk.ask("who is on call")).words
    assert kept.all_shifts == []


async def test_the_other_way_to_say_it_is_understood_as_well(desk: Desk, kept: Kept) -> None:
    await desk.ask("add Aisha Khan Sat 9-17 to the roster", by=INES)
    assert [shift.days for shift in kept.all_shifts] == [(5,)]


async def test_shifts_and_routes_can_be_spoken_about_in_german(desk: Desk, kept: Kept) -> None:
    desk.kind = "channel"
    await desk.ask("trage Aisha Khan Mo-Fr 8-16 in den Dienstplan ein", by=INES)
    await desk.ask("Dienstplan: Aisha Khan samstags von 9 bis 17 Uhr", by=INES)
    assert [shift.days for shift in kept.all_shifts] == [(0, 1, 2, 3, 4), (5,)]
    await desk.ask("nimm Aisha Khan vom Dienstplan", by=INES)
    assert kept.all_shifts == []
    desk.locale = "de-DE"  # what is urgent is told by the words that its cards use
    await desk.ask("schick dringende Tickets hierher", by=INES)
    assert [(one.kind, one.value) for one in kept.all_routes] == [("severity", "urgent")]
    await desk.ask("schick keine dringenden Tickets mehr hierher", by=INES)
    assert kept.all_routes == []


@pytest.mark.parametrize(
    ("who", "why"), [("Olle", "does not belong to the helpdesk"), ("Maja", "Several"), ("Nobody Atall", "found nobody")]
)
async def test_only_one_of_the_helpdesk_can_be_on_call(desk: Desk, kept: Kept, who: str, why: str) -> None:
    assert why in (await desk.ask(f"roster add {who} daily 08:00-16:00", by=INES)).words
    assert kept.all_shifts == []


async def test_agents_read_the_roster_and_change_nothing(desk: Desk, kept: Kept) -> None:
    await desk.ask("roster add Aisha Khan daily 08:00-16:00", by=AISHA)
    assert kept.all_shifts == []
    assert "Only the helpdesk" in (await desk.ask("roster", by=OLLE)).words


async def test_an_admin_sends_some_tickets_to_a_channel_of_their_own(desk: Desk, kept: Kept) -> None:
    desk.kind = "channel"
    await desk.ask("send AskCody tickets here", by=INES)
    await desk.ask("send urgent tickets here", by=INES)
    answer = await desk.ask("send missing attribute tickets here", by=INES)
    assert [(one.kind, one.value) for one in kept.all_routes] == [
        ("app", "a-askcody"),
        ("severity", "urgent"),
        ("cause", "missing_attribute"),
    ]
    assert "missing attribute" in answer.words
    await desk.ask("stop sending AskCody tickets here", by=INES)
    assert [one.kind for one in kept.all_routes] == ["severity", "cause"]
    assert "urgent" in (await desk.ask("ticket routes", by=INES)).words


async def test_a_private_chat_gets_no_route_and_agents_make_none(desk: Desk, kept: Kept) -> None:
    assert "private chat" in (await desk.ask("send urgent tickets here", by=INES)).words
    desk.kind = "channel"
    await desk.ask("send urgent tickets here", by=AISHA)
    assert kept.all_routes == []
