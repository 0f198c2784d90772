"""Finding people in the demo's company, and in a directory that misbehaves."""

import pytest

from provisioning.errors import NotAllowedError, NotThereError, RefusedError, TryLaterError
from provisioning.graph import GraphClient, GraphReader
from provisioning.graph.people import find, folded
from provisioning.model import Role
from sandbox import Company
from tests.provisioning.graph.fake import FakeGraph, Reply, refusal

JOSE = "jose@fabrikam.example"
DELETED = "/directory/deletedItems/microsoft.graph.user"
ID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


def user(name: str, upn: str, **changes: object) -> dict[str, object]:
    return {"id": f"id-{upn}", "displayName": name, "userPrincipalName": upn, "mail": None, **changes}


def listed(*users: dict[str, object]) -> Reply:
    return Reply(body={"value": list(users)})


class TestInTheCompany:
    @pytest.mark.parametrize(
        "words",
        [
            "José García",
            "jose garcia",
            "JOSE  GARCIA",
            "García",
            "garcia",
            "José",
            "jose@fabrikam.example",
            "JOSE@Fabrikam.Example",
            "Jose Gracia",
            "Jsoe Garcia",
            "josé garcía ",
        ],
    )
    async def test_jose_is_found_however_he_is_written(self, reader: GraphReader, words: str) -> None:
        assert [person.upn for person in await reader.find_people(words)] == [JOSE]

    async def test_an_object_id_is_somebody(self, reader: GraphReader) -> None:
        jose = (await reader.find_people(JOSE))[0]
        assert [person.upn for person in await reader.find_people(jose.id.upper())] == [JOSE]
        assert (await reader.person(jose.id)).name == "José García"

    async def test_two_people_of_one_name_both_come_back(self, reader: GraphReader) -> None:
        found = await reader.find_people("Maja Nowak")
        assert {person.upn for person in found} == {"maja.nowak@fabrikam.example", "maja.nowak2@fabrikam.example"}

    async def test_a_full_name_stands_alone_and_part_of_it_does_not(self, reader: GraphReader) -> None:
        assert len(await reader.find_people("Lena Fischer")) == 1
        assert len(await reader.find_people("Fischer")) == 2

    async def test_a_soft_deleted_person_is_found_by_name_and_read_by_id(self, reader: GraphReader) -> None:
        viktor = (await reader.find_people("viktor sandstrom"))[0]
        assert viktor.deleted is not None
        again = await reader.person(viktor.id)
        assert (again.name, again.deleted) == (viktor.name, viktor.deleted)

    async def test_a_guest_is_found_by_their_own_address(self, reader: GraphReader) -> None:
        ulla = (await reader.find_people("ulla@contoso.example"))[0]
        assert ulla.guest
        assert "#EXT#" in ulla.upn

    async def test_a_name_with_an_at_sign_in_it_is_a_name(self, reader: GraphReader) -> None:
        assert [person.upn for person in await reader.find_people("Petra @ Budapest")] == ["petra@fabrikam.example"]

    @pytest.mark.parametrize(
        "words", ["", "   ", "nobody@fabrikam.example", "Xyzzy Qwrtz", ID, "'", '"', "\\", "@", "%", "#EXT#", "x" * 500]
    )
    async def test_nobody_is_nobody(self, reader: GraphReader, words: str) -> None:
        assert await reader.find_people(words) == ()

    @pytest.mark.parametrize("words", ["José", "Gracia", JOSE, "nobody@fabrikam.example", "Xyzzy", ID])
    async def test_it_takes_three_calls_in_two_rounds_at_most(
        self, reader: GraphReader, graph: GraphClient, words: str
    ) -> None:
        with graph.asking() as tally:
            await reader.find_people(words)
        assert tally.calls <= 3
        assert tally.rounds <= 2

    async def test_an_unknown_id_is_not_there(self, reader: GraphReader) -> None:
        with pytest.raises(NotThereError):
            await reader.person(ID)


class TestWhoIsSpeaking:
    @pytest.mark.parametrize(
        ("upn", "roles"),
        [
            ("aisha@fabrikam.example", {Role.PERSON, Role.AGENT}),
            ("ines@fabrikam.example", {Role.PERSON, Role.ADMIN}),
            ("olle@fabrikam.example", {Role.PERSON}),
        ],
    )
    async def test_roles_come_from_the_groups(self, reader: GraphReader, upn: str, roles: set[Role]) -> None:
        person = (await reader.find_people(upn))[0]
        actor = await reader.actor(person.id)
        assert (actor.id, actor.upn, actor.name) == (person.id, upn, person.name)
        assert actor.roles == roles

    async def test_without_role_groups_everybody_is_a_person(self, graph: GraphClient, reader: GraphReader) -> None:
        aisha = (await reader.find_people("aisha@fabrikam.example"))[0]
        plain = GraphReader(graph, agents_group=None, admins_group=None)
        assert (await plain.actor(aisha.id)).roles == {Role.PERSON}

    async def test_one_role_group_is_enough(self, graph: GraphClient, reader: GraphReader, company: Company) -> None:
        aisha = (await reader.find_people("aisha@fabrikam.example"))[0]
        agents_only = GraphReader(graph, agents_group=company.agents_group, admins_group=None)
        assert (await agents_only.actor(aisha.id)).is_agent

    async def test_a_stranger_is_not_there(self, reader: GraphReader) -> None:
        with pytest.raises(NotThereError):
            await reader.actor(ID)

    async def test_it_takes_one_round_trip(self, reader: GraphReader, graph: GraphClient) -> None:
        olle = (await reader.find_people("olle@fabrikam.example"))[0]
        with graph.asking() as tally:
            await reader.actor(olle.id)
        assert tally.rounds == 1

    @pytest.mark.parametrize("enabled", [False, None], ids=["disabled", "not said"])
    async def test_an_account_that_is_not_known_to_be_enabled_keeps_no_role(
        self, client: GraphClient, fake: FakeGraph, enabled: bool | None
    ) -> None:
        who = user("Aisha Khan", "aisha@x.example", id=ID, accountEnabled=enabled)
        parts = [{"id": "0", "status": 200, "body": who}, {"id": "1", "status": 200, "body": {"value": ["G-1"]}}]
        fake.on("/$batch", Reply(body={"responses": parts}), method="POST")
        actor = await GraphReader(client, agents_group="g-1", admins_group=None).actor(ID)
        assert actor.roles == {Role.PERSON}

    async def test_roles_that_cannot_be_read_are_an_error_and_not_no_roles(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        denied = {"error": {"code": "Authorization_RequestDenied", "message": "…"}}
        who = user("Aisha Khan", "aisha@x.example", id=ID, accountEnabled=True)
        parts = [{"id": "0", "status": 200, "body": who}, {"id": "1", "status": 403, "body": denied}]
        fake.on("/$batch", Reply(body={"responses": parts}), method="POST")
        with pytest.raises(NotAllowedError):
            await GraphReader(client, agents_group="g-1", admins_group=None).actor(ID)


class TestInTroubledWater:
    async def test_deleted_people_that_may_not_be_read_do_not_hide_the_others(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        fake.on("/users", listed(user("Zoë Martin", "zoe@x.example")))
        fake.on(DELETED, refusal(403))
        assert [person.name for person in await find(client, "Zoe")] == ["Zoë Martin"]

    async def test_deleted_people_that_cannot_be_read_now_are_an_error(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        fake.on("/users", listed())
        fake.on(DELETED, refusal(500))
        with pytest.raises(TryLaterError):
            await find(client, "Zoe")

    async def test_a_search_that_may_not_be_made_is_an_error_and_not_nobody(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        fake.on("/users", refusal(403, "Authorization_RequestDenied"))
        fake.on(DELETED, listed())
        with pytest.raises(NotAllowedError):
            await find(client, "Zoe")

    async def test_an_address_filter_that_is_too_much_for_the_directory_goes_to_its_index(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        zoe = user("Zoë Martin", "zoe@x.example")
        fake.on("/users", refusal(400, "Request_UnsupportedQuery"), listed(zoe))
        fake.on(DELETED, listed())
        assert [person.name for person in await find(client, "zoe@x.example")] == ["Zoë Martin"]
        assert fake.asked("/users")[1].headers["consistencylevel"] == "eventual"

    async def test_a_refused_name_search_is_an_error(self, client: GraphClient, fake: FakeGraph) -> None:
        fake.on("/users", refusal(400, "Request_UnsupportedQuery"))
        fake.on(DELETED, listed())
        with pytest.raises(RefusedError):
            await find(client, "zoe")

    async def test_an_index_that_is_too_generous_with_addresses_is_corrected(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        fake.on("/users", listed(user("José", "jose@x.example"), user("Other José", "josé@x.example")))
        fake.on(DELETED, listed(user("Old", "0123abcjose@x.example", deletedDateTime="2026-02-01T00:00:00Z")))
        assert [person.name for person in await find(client, "jose@x.example")] == ["José", "Old"]

    async def test_an_alias_and_a_second_mailbox_lead_to_the_account(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        zoe = user("Zoë", "z@x.example", proxyAddresses=["SMTP:zoe@x.example", "smtp:zm@x.example"])
        bea = user("Bea", "b@x.example", otherMails=["zm@x.example"])
        fake.on("/users", listed(zoe, bea, user("Wrong", "w@x.example")))
        fake.on(DELETED, listed())
        assert [person.name for person in await find(client, "zm@x.example")] == ["Zoë", "Bea"]

    async def test_ten_people_are_enough_and_the_best_come_first(self, client: GraphClient, fake: FakeGraph) -> None:
        crowd = [user(f"Ann Number{number}", f"ann{number}@x.example") for number in range(20)]
        fake.on("/users", listed(*crowd, user("Ann Other", "ao@x.example")))
        fake.on(DELETED, listed())
        found = await find(client, "ann other person")
        assert len(found) == 10
        assert found[0].name == "Ann Other"

    async def test_resemblance_needs_every_word(self, client: GraphClient, fake: FakeGraph) -> None:
        fake.on("/users", listed(), listed(user("Olle Svensson", "os@x.example"), user("Olle Berg", "ob@x.example")))
        fake.on(DELETED, listed())
        assert [person.name for person in await find(client, "Ole Svenson")] == ["Olle Svensson"]

    async def test_quotes_in_a_name_do_not_break_the_search(self, client: GraphClient, fake: FakeGraph) -> None:
        fake.on("/users", listed())
        fake.on(DELETED, listed())
        await find(client, 'O\'Brien "Bob" \\')
        searched, filtered = fake.asked("/users")
        assert searched.query["$search"].count('"') == 2
        assert "startswith(displayName,'O''')" in filtered.query["$filter"]


@pytest.mark.parametrize(
    ("asked", "name", "near"),
    [
        ("jsoe", "Jose", True),
        ("ole", "Olle", True),
        ("josh", "Jose", False),
        ("jan", "Jon", False),
        ("svenson", "Svensson", True),
        ("zielinksa", "Zielińska", True),
        ("fisch", "Fischer", True),
        ("weber", "Fischer", False),
        ("al", "Olle", False),
    ],
)
async def test_a_slip_is_forgiven_and_another_name_is_not(
    client: GraphClient, fake: FakeGraph, asked: str, name: str, near: bool
) -> None:
    fake.on("/users", listed(), listed(user(name, "x1@x.example")))
    fake.on(DELETED, listed())
    assert bool(await find(client, asked)) is near


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Østerby Łukasz", "osterby lukasz"), ("GROẞE Straße", "grosse strasse"), ("  Zoë   Ærø ", "zoe aero")],
)
def test_letters_that_unicode_keeps_whole_are_taken_apart_too(text: str, plain: str) -> None:
    assert folded(text) == plain
