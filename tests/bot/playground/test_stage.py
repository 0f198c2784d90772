"""Six people of the company come on stage, with the ids that the directory knows them by."""

import re
from uuid import UUID

import pytest

from bot.playground.stage import Stage, StageError, channel_id, set_stage
from tests.bot.playground.conftest import TENANT, some_people


def test_exactly_five_others_stand_beside_the_speaker() -> None:
    stage = set_stage(some_people(9), tenant_id=TENANT, tenant_name="Contoso", speaker="person7@contoso.example")
    config = stage.config()
    assert config["currentUser"]["userPrincipleName"] == "person7@contoso.example"
    assert len(config["users"]) == 5
    assert config["currentUser"]["aadObjectId"] not in {user["aadObjectId"] for user in config["users"]}


def test_those_who_are_wanted_come_first() -> None:
    people = some_people(9)
    stage = set_stage(
        people, tenant_id=TENANT, tenant_name="Contoso", speaker=None, preferred=[people[8].id, people[6].id]
    )
    assert stage.speaker == people[8]
    assert stage.others == (people[6], *people[:4])


@pytest.mark.parametrize("address", ["PERSON3@contoso.example", " person.3@contoso.example "])
def test_the_speaker_is_found_by_sign_in_name_or_mail_in_any_case(address: str) -> None:
    stage = set_stage(some_people(8), tenant_id=TENANT, tenant_name="Contoso", speaker=address)
    assert stage.speaker.name == "Person 3"


def test_an_unknown_speaker_is_named_with_some_who_exist() -> None:
    with pytest.raises(StageError, match=r"address nobody@x\.example\. Some who do: person0@contoso\.example"):
        set_stage(some_people(8), tenant_id=TENANT, tenant_name="Contoso", speaker="nobody@x.example")


def test_an_empty_address_does_not_find_the_person_without_mail() -> None:
    with pytest.raises(StageError, match="Nobody"):
        set_stage(some_people(8), tenant_id=TENANT, tenant_name="Contoso", speaker="")


def test_a_company_of_five_is_too_small_and_told_so() -> None:
    with pytest.raises(StageError, match="needs 6 people, and the company has 5"):
        set_stage(some_people(5), tenant_id=TENANT, tenant_name="Contoso", speaker=None)


def test_ids_look_like_those_of_teams() -> None:
    people = some_people(8)
    stage = set_stage(people, tenant_id=TENANT, tenant_name="Contoso", speaker=None)
    assert UUID(stage.bot_id.removeprefix("28:"))
    assert re.fullmatch(r"19:[0-9a-f]{32}@thread\.v2", stage.group_chat)
    assert re.fullmatch(r"19:[0-9a-f]{32}@thread\.tacv2", stage.general_channel)
    assert channel_id(people[0]).startswith("29:1") and people[0].id not in channel_id(people[0])


def test_a_restart_meets_the_same_rooms_and_another_speaker_a_chat_of_their_own() -> None:
    def on_stage(speaker: str) -> Stage:
        return set_stage(some_people(8), tenant_id=TENANT, tenant_name="Contoso", speaker=speaker)

    first, again, other = (on_stage(f"person{n}@contoso.example") for n in (1, 1, 2))
    assert first.config() == again.config()
    assert first.personal_chat != other.personal_chat
    assert first.general_channel == other.general_channel
    rooms = {first.personal_chat, first.group_chat, first.general_channel, first.other_channel}
    assert len(rooms) == 4
