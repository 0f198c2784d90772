"""Mapping expressions: what is documented is worked out; whatever is not certain is not evaluated."""

import pytest

from provisioning.expressions import NOT_EVALUATED, Unknown, Value, evaluate

PERSON: dict[str, Value] = {
    "mail": None,
    "upn": "jose@fabrikam.example",
    "given": "José",
    "surname": "García López",
    "deleted": "False",
}


def read(name: str) -> Value | Unknown:
    return PERSON.get(name, NOT_EVALUATED)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("[upn]", "jose@fabrikam.example"),
        ("[mail]", None),
        ('"fixed"', "fixed"),
        ("Coalesce([mail], [upn])", "jose@fabrikam.example"),
        ("Coalesce([mail])", None),
        ('Switch([deleted], , "False", "True", "True", "False")', "True"),
        ('Switch([given], "other", "Maja", "yes")', "other"),
        ('Switch([given], , "Maja", "yes")', None),
        ('Append([given], ".x")', "José.x"),
        ('Join(" ", [given], [surname])', "José García López"),
        ("ToLower([upn], )", "jose@fabrikam.example"),
        ("toupper([given])", "JOSÉ"),
        ("NormalizeDiacritics([surname])", "Garcia Lopez"),
        ("StripSpaces([surname])", "GarcíaLópez"),
        ("Mid([upn], 1, 4)", "jose"),
        ("Left([upn], 4)", "jose"),
        ("Right([upn], 7)", "example"),
        ('Replace([upn], "fabrikam", , , "contoso", , )', NOT_EVALUATED),
        ('Replace([upn], "fabrikam", , , , "contoso", , )', "jose@contoso.example"),
        ("Not([deleted])", "True"),
        ('ToLower(Append(Left([given], 1), Coalesce([mail], "-x")))', "j-x"),
        ("Trim([mail])", None),
        ('"say \\"hi\\""', 'say "hi"'),
    ],
)
def test_a_documented_function_is_worked_out(expression: str, value: Value | Unknown) -> None:
    assert evaluate(expression, read) == value


@pytest.mark.parametrize(
    "expression",
    [
        "[manager]",  # nobody read it
        "Coalesce([manager], [upn])",  # it may have been that
        'Append([mail], "@x")',  # what becomes of an empty part is not documented
        'Join("-", [mail], [given])',
        "SelectUniqueValue([upn])",  # depends on the app
        "SingleAppRoleAssignment([appRoleAssignments])",
        'Replace([upn], , "(?<x>.*)@", "x", , "y", , )',  # a .NET pattern
        'NormalizeDiacritics("Søren")',
        "IIF([mail]=[upn],[mail],[upn])",
        "ToLower(",
        "Mid([upn], 0, 2)",
        "Mid([upn], 1)",
        "ToLower([upn]) extra",
        "",
        "(" * 500,
        "Trim(" * 50 + "[upn]" + ")" * 50,
        "[upn]" * 2000,
    ],
)
def test_what_is_not_certain_is_not_evaluated(expression: str) -> None:
    assert evaluate(expression, read) is NOT_EVALUATED


def test_an_unknown_part_that_does_not_matter_is_no_obstacle() -> None:
    assert evaluate("Coalesce([upn], [manager])", read) == "jose@fabrikam.example"
    assert evaluate('Switch([deleted], [manager], "False", "in")', read) == "in"
