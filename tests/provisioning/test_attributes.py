"""A person's attributes under the names that mappings use."""

import pytest

from provisioning.attributes import UNREAD, is_empty, mappings_named, matching_mappings, value_of
from provisioning.model import AttributeMapping, Person
from tests.worlds import jose, mapping, schema


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("department", "Sales"),
        ("DEPARTMENT", "Sales"),
        ("userPrincipalName", "jose@fabrikam.example"),
        ("accountEnabled", True),
        ("IsSoftDeleted", False),
        ("objectId", "11111111-0000-4000-8000-000000000001"),
        ("originalUserPrincipalName", "jose@fabrikam.example"),
    ],
)
def test_names_are_found_in_any_casing_and_by_their_schema_name(name: str, value: str | bool) -> None:
    assert value_of(jose(), name) == value


def test_the_schema_and_graph_call_some_attributes_differently() -> None:
    person = jose(attributes={"officeLocation": "Madrid", "mobilePhone": None})
    assert value_of(person, "physicalDeliveryOfficeName") == "Madrid"
    assert value_of(person, "mobile") is None


def test_what_nobody_read_is_unread_not_empty() -> None:
    bare = Person(id="1", upn="x@y.example", name="X")
    assert value_of(bare, "department") is UNREAD
    assert value_of(bare, "accountEnabled") is UNREAD
    assert value_of(bare, "mail") is None
    assert value_of(bare, "displayName") == "X"


def made(expression: str | None, *sources: str) -> AttributeMapping:
    return AttributeMapping(target="t", sources=sources, expression=expression)


@pytest.mark.parametrize(
    ("expression", "sources", "empty"),
    [
        ("[mail]", ("mail",), True),
        (None, ("mail",), True),
        ("[surname]", ("surname",), False),
        ("Coalesce([mail], [surname])", ("mail", "surname"), False),
        ("Coalesce([mail], [country])", ("mail", "country"), True),
        ("Coalesce([mail], [surname])", ("mail", "nobody_read"), None),
        ("ToLower([mail], )", ("mail",), True),
        ("Replace([mail], , , , , , )", ("mail",), True),
        ('Coalesce([mail], "none")', ("mail",), None),
        ('Append([mail], "x")', ("mail",), None),
        ('Join(" ", [mail], [surname])', ("mail", "surname"), None),
        ('"constant"', (), False),
    ],
)
def test_an_expression_is_empty_only_where_that_is_certain(
    expression: str | None, sources: tuple[str, ...], empty: bool | None
) -> None:
    person = jose(attributes={"mail": None, "country": ""})
    assert is_empty(person, made(expression, *sources)) is empty


def test_matching_attributes_come_in_the_order_in_which_they_are_tried() -> None:
    second = mapping("b", "mail", matching_priority=2)
    first = mapping("a", "employeeId", matching_priority=1)
    unused = mapping("c", "surname")
    assert matching_mappings(schema(mappings=(second, unused, first))) == (first, second)


@pytest.mark.parametrize(
    ("words", "targets"),
    [
        ("name.familyName is required", ["name.familyName"]),
        ("LastName is required", ["name.familyName"]),
        ("The email and the userName", ["userName", 'emails[type eq "work"].value']),
        ("'department' is empty", ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"]),
        ("the department is closed", []),
        ("nothing", []),
    ],
)
def test_a_text_is_read_with_the_jobs_own_mapping(words: str, targets: list[str]) -> None:
    assert [found.target for found in mappings_named(words, schema())] == targets


def test_the_jobs_own_mapping_outweighs_the_usual_one() -> None:
    own = mapping('emails[type eq "work"].value', "userPrincipalName")
    (found,) = mappings_named("email is required", schema(mappings=(own, mapping("nickName", "mail"))))
    assert found == own
