"""What each attribute of the app would become: the empty ones first, and nothing claimed that is not known."""

from dataclasses import replace

from provisioning.beside import Outlook
from provisioning.diagnosis import diagnose
from provisioning.xray import not_evaluated, project
from tests import worlds

WORK_MAIL = 'emails[type eq "work"].value'


def test_empty_attributes_come_first_and_required_ones_before_others() -> None:
    schema = worlds.schema(
        mappings=(
            worlds.mapping("userName", "userPrincipalName", matching_priority=1),
            worlds.mapping("title", "jobTitle"),
            worlds.mapping(WORK_MAIL, "mail", required=True),
        )
    )
    seen = project(worlds.jose(mail=None, attributes={"mail": None, "jobTitle": None}), schema)
    assert [(one.target, one.outlook) for one in seen] == [
        (WORK_MAIL, Outlook.EMPTY),
        ("title", Outlook.EMPTY),
        ("userName", Outlook.VALUE),
    ]
    assert seen[2].value == "jose@fabrikam.example"


def test_an_attribute_that_nobody_read_is_not_called_empty() -> None:
    schema = worlds.schema(mappings=(worlds.mapping("manager", "manager"),))
    assert [one.outlook for one in project(worlds.jose(), schema)] == [Outlook.NOT_EVALUATED]


def test_a_default_stands_in_for_what_is_empty_and_says_so() -> None:
    language = worlds.mapping("locale", "preferredLanguage", has_default=True, default="en-US")
    person = worlds.jose(attributes={"preferredLanguage": None})
    (seen,) = project(person, worlds.schema(mappings=(language,)))
    assert (seen.outlook, seen.value) == (Outlook.DEFAULT, "en-US")


def test_a_constant_is_the_same_for_everybody() -> None:
    constant = replace(worlds.mapping("userType", "x"), sources=(), expression=None, constant="Employee")
    (seen,) = project(worlds.jose(), worlds.schema(mappings=(constant,)))
    assert (seen.outlook, seen.value) == (Outlook.VALUE, "Employee")


def test_what_graph_worked_out_is_said_to_be_graphs() -> None:
    odd = worlds.mapping("alias", "mail", expression="SelectUniqueValue([mail])")
    schema = worlds.schema(mappings=(odd,))
    assert not_evaluated(worlds.jose(), schema) == ("SelectUniqueValue([mail])",)
    (seen,) = project(worlds.jose(), schema, {"SelectUniqueValue([mail])": "jose1"})
    assert (seen.outlook, seen.value, seen.by_microsoft) == (Outlook.VALUE, "jose1", True)


def test_graph_is_not_asked_about_inputs_that_are_unknown() -> None:
    odd = worlds.mapping("alias", "manager", expression="SelectUniqueValue([manager])")
    assert not_evaluated(worlds.jose(), worlds.schema(mappings=(odd,))) == ()


def test_a_diagnosis_carries_the_projection() -> None:
    assert diagnose(worlds.healthy()).projection != ()
    assert diagnose(worlds.unreadable("schema")).projection == ()
