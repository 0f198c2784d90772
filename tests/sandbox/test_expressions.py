"""Mapping expressions and scoping clauses, as Entra documents them."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.engine.expressions import ExpressionError, attributes_of, evaluate, parse
from sandbox.engine.paths import PathError, read_path, write_path
from sandbox.engine.plan import clause_holds
from sandbox.times import is_duration, read_duration

ADA: dict[str, Any] = {
    "givenName": "Ada",
    "surname": "Ek",
    "mail": None,
    "userPrincipalName": "ada.ek@small.example",
    "IsSoftDeleted": "False",
    "appRoleAssignments": ["Editor", "Viewer"],
    "city": "Åre",
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("[givenName]", "Ada"),
        ('"constant"', "constant"),
        ('Switch([IsSoftDeleted], , "False", "True", "True", "False")', "True"),
        ('Switch([city], "elsewhere", "Stockholm", "home")', "elsewhere"),
        ("Coalesce([mail], [userPrincipalName])", "ada.ek@small.example"),
        ('Join(" ", [givenName], [surname])', "Ada Ek"),
        ('Join(" ", [mail], [mail])', None),
        ("ToLower([surname], )", "ek"),
        ("ToUpper([mail])", None),
        ("Mid([userPrincipalName], 1, 3)", "ada"),
        ('Replace([userPrincipalName], "@small.example", , , , "", )', "ada.ek"),
        ('Replace([userPrincipalName], , "(@.+)", "a", , "", )', "ada.ek"),
        ('Append([givenName], "!")', "Ada!"),
        ("NormalizeDiacritics([city])", "Are"),
        ("Left([surname], 1)", "E"),
        ("Right([surname], 1)", "k"),
        ('Not("True")', "False"),
        ("SingleAppRoleAssignment([appRoleAssignments])", "Editor"),
        ('StripSpaces(Join(" ", [givenName], [surname]))', "AdaEk"),
        ('Join("", Mid([givenName], 1, 1), "\\"", [surname])', 'A"Ek'),
    ],
)
def test_the_common_functions_give_what_entra_gives(expression: str, value: str | None) -> None:
    assert evaluate(parse(expression), ADA.__getitem__) == value


@pytest.mark.parametrize(
    "expression",
    ["Conjure([mail])", "Mid([givenName])", 'Switch([city], "x", "lonely")', "ToLower([city]", "[a] [b]", "", "?"],
)
def test_what_cannot_be_evaluated_says_so(expression: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(parse(expression), ADA.__getitem__)


def test_an_expression_names_the_attributes_it_reads() -> None:
    assert attributes_of(parse('Join(" ", [givenName], Coalesce([mail], "x"))')) == {"givenName", "mail"}


@pytest.mark.parametrize(
    ("operator", "wanted", "value", "verdict"),
    [
        ("EQUALS", ["Sales"], "Sales", True),
        ("EQUALS", ["Sales"], "sales", False),
        ("EQUALS", ["Sales"], None, False),
        ("NOT EQUALS", ["Sales"], "Legal", True),
        ("NOT EQUALS", ["Sales"], None, False),
        ("IS NULL", [], None, True),
        ("IS NULL", [], "x", False),
        ("IS NOT NULL", [], "x", True),
        ("IS NOT NULL", [], "", False),
        ("IS TRUE", [], "True", True),
        ("IS FALSE", [], "True", False),
        ("REGEX MATCH", ["S.*"], "Sales", True),
        ("NOT REGEX MATCH", ["S.*"], "Sales", False),
        ("Includes", ["ale"], "Sales", True),
        ("ENDS_WITH", ["es"], "Sales", True),
        ("Greater_Than", ["9"], "10", True),
        ("Greater_Than_OR_EQUALS", ["10"], "10", True),
    ],
)
def test_a_clause_is_case_sensitive_and_false_for_nothing(
    operator: str, wanted: list[str], value: str | None, verdict: bool
) -> None:
    clause = {"operatorName": operator, "targetOperand": {"values": wanted}, "sourceOperandName": "x"}
    assert clause_holds(clause, value) is verdict


def test_a_unary_clause_may_have_no_operand_at_all() -> None:
    clause = {"operatorName": "IS NOT NULL", "targetOperand": None, "sourceOperandName": "x"}
    assert clause_holds(clause, "x")


def test_an_unknown_operator_is_refused() -> None:
    with pytest.raises(ExpressionError, match="IsMemberOf"):
        clause_holds({"operatorName": "IsMemberOf", "sourceOperandName": "x"}, "x")


def test_scim_paths_are_read_and_written() -> None:
    account: dict[str, Any] = {}
    extension = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    for path in ('emails[type eq "work"].value', "name.givenName", "userName", f"{extension}:department"):
        write_path(account, path, path)
        assert read_path(account, path) == path
    assert account["emails"] == [{"type": "work", "primary": True, "value": 'emails[type eq "work"].value'}]
    assert read_path(account, 'emails[type eq "home"].value') is None
    with pytest.raises(PathError):
        read_path(account, "emails[")


@pytest.mark.parametrize("text", ["P", "PT", "40M", "P1Y", "-", ""])
def test_a_duration_without_a_known_length_is_refused(text: str) -> None:
    assert not is_duration(text)
    with pytest.raises(ValueError, match="ISO 8601"):
        read_duration(text)


def test_durations_have_a_sign() -> None:
    assert read_duration("-P1DT2H") == -timedelta(days=1, hours=2)
