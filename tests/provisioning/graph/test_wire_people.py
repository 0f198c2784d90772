"""User objects as Graph sends them, with its nulls, omissions and two vocabularies."""

from datetime import UTC, datetime
from typing import Any

import pytest

from provisioning.graph.wire.people import USUAL, further, read_person


def row(**changes: Any) -> dict[str, Any]:
    return {
        "id": "a-1",
        "userPrincipalName": "jose@fabrikam.example",
        "displayName": "José García",
        "mail": "jose@fabrikam.example",
        "accountEnabled": True,
        "userType": "Member",
        "onPremisesSyncEnabled": None,
        "createdDateTime": "2026-03-01T08:00:00.1234567Z",
        **changes,
    }


def test_a_person_is_read() -> None:
    person = read_person(row())
    assert (person.id, person.upn, person.name) == ("a-1", "jose@fabrikam.example", "José García")
    assert (person.enabled, person.guest, person.synced_from_ad, person.deleted) == (True, False, False, None)
    assert person.created == datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_mail_is_none_and_known_to_be_empty(empty: str | None) -> None:
    person = read_person(row(mail=empty))
    assert person.mail is None
    assert person.attributes["mail"] is None


def test_an_attribute_that_graph_left_out_of_its_answer_is_empty_if_it_was_asked_for() -> None:
    person = read_person(row(), asked=("department",))
    assert person.attributes["department"] is None
    assert "jobTitle" not in person.attributes


def test_whether_the_account_is_enabled_can_be_unknown() -> None:
    assert read_person(row(accountEnabled=None)).enabled is None
    assert read_person(row(accountEnabled=False)).enabled is False


@pytest.mark.parametrize("kind", ["Guest", "guest"])
def test_a_guest_is_one_in_any_casing(kind: str) -> None:
    assert read_person(row(userType=kind)).guest
    assert not read_person(row(userType=None)).guest


def test_data_mastered_on_premises_says_so() -> None:
    assert read_person(row(onPremisesSyncEnabled=True)).synced_from_ad


def test_the_schemas_names_lead_to_the_same_values() -> None:
    person = read_person(row(officeLocation="2.14", mobilePhone=None, businessPhones=["+46 1", "+46 2"]))
    assert person.attributes["physicalDeliveryOfficeName"] == "2.14"
    assert person.attributes["mobile"] is None
    assert person.attributes["telephoneNumber"] == "+46 1; +46 2"
    assert person.attributes["objectId"] == "a-1"


def test_an_empty_list_is_empty_and_annotations_are_no_attributes() -> None:
    person = read_person({**row(otherMails=[]), "@odata.type": "#microsoft.graph.user"})
    assert person.attributes["otherMails"] is None
    assert not any(name.startswith("@") for name in person.attributes)


def test_on_premises_extension_attributes_come_out_of_their_box() -> None:
    box = {"extensionAttribute1": "A7", "extensionAttribute2": None}
    person = read_person(row(onPremisesExtensionAttributes=box))
    assert person.attributes["extensionAttribute1"] == "A7"
    assert person.attributes["extensionAttribute2"] is None
    assert "onPremisesExtensionAttributes" not in person.attributes


def test_a_nameless_account_goes_by_its_address() -> None:
    assert read_person(row(displayName=None)).name == "jose@fabrikam.example"


def test_only_what_a_user_object_has_is_asked_for_further() -> None:
    extension = "extension_0123456789abcdef0123456789abcdef_costCenter"
    named = ["mail", "manager", "IsSoftDeleted", "appRoleAssignments", extension, "extensionAttribute7", "x,y"]
    assert further(named) == (extension, "onPremisesExtensionAttributes")


def test_the_usual_attributes_are_named_once() -> None:
    assert len(set(USUAL)) == len(USUAL)
