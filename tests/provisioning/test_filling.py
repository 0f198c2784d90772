"""What the desk may write into the directory, for whom, and what may stand there."""

import pytest

from provisioning.diagnosis import diagnose
from provisioning.filling import WRITABLE, fillable, is_filled_so, is_fit, still_empty
from provisioning.model import Person
from tests import worlds


def _lacking(*names: str, **changes: object) -> tuple[str, ...]:
    person = worlds.jose(attributes=dict.fromkeys(names), **changes)
    detail = "Attribute emails and name.familyName are required"
    row = worlds.failed(worlds.SERVICE_INCOMPATIBLE, detail)
    return fillable(diagnose(worlds.healthy(person=person, log=(row,))))


def test_what_is_empty_and_needed_can_be_filled_in() -> None:
    assert _lacking("mail") == ("mail",)


def test_nothing_is_offered_where_nothing_is_empty() -> None:
    assert fillable(diagnose(worlds.healthy())) == ()


def test_an_account_from_on_premises_is_filled_in_there() -> None:
    assert _lacking("mail", synced_from_ad=True) == ()


def test_an_attribute_that_decides_about_rights_is_not_the_desks_to_write() -> None:
    mapping = worlds.mapping("userType", "userType", required=True)
    seen = worlds.lacking("userType", schema=worlds.schema(mappings=(*worlds.MAPPINGS, mapping)))
    assert fillable(diagnose(seen)) == ()
    assert not {"userPrincipalName", "accountEnabled", "userType", "id"} & set(WRITABLE)


@pytest.mark.parametrize(
    ("name", "value", "fit"),
    [
        ("mail", "jose@fabrikam.example", True),
        ("mail", "josé", False),
        ("mail", "jose@fabrikam", False),
        ("mail", "a@b.example, c@d.example", False),
        ("surname", "García y Vega", True),
        ("surname", " García", False),
        ("surname", "", False),
        ("surname", "a\nb", False),
        ("surname", "x" * 65, False),
        ("userPrincipalName", "jose@fabrikam.example", False),
    ],
)
def test_values_have_to_fit(name: str, value: str, fit: bool) -> None:
    assert is_fit(name, value) is fit


def test_emptiness_is_told_from_not_knowing() -> None:
    person = worlds.jose(attributes={"mail": None})
    assert still_empty(person, {"mail": "x"}) is True
    assert still_empty(person, {"mail": "x", "surname": "y"}) is False
    assert still_empty(Person(id="x", upn="x", name="x"), {"surname": "y"}) is None


def test_what_was_written_is_known_again() -> None:
    person = worlds.jose()
    assert is_filled_so(person, {"surname": "García"})
    assert not is_filled_so(person, {"surname": "Garcia"})
