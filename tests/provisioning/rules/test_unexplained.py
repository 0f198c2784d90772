"""The last resort."""

from provisioning.model import Cause, Owner
from provisioning.rules.unexplained import unexplained
from tests.worlds import healthy, lacking, unreadable


def test_an_empty_log_is_said() -> None:
    found = unexplained(healthy(log=()))
    assert found
    assert (found.cause, found.owner) == (Cause.UNEXPLAINED, (Owner.IDENTITY_ADMIN,))
    assert found.facts == {"log": "empty"}


def test_what_could_not_be_read_is_named() -> None:
    found = unexplained(unreadable("log", "schema"))
    assert found
    assert found.facts == {"unread": ("log", "schema")}


def test_empty_attributes_that_apps_often_need_are_named_as_a_hint() -> None:
    found = unexplained(lacking("surname", "department"))
    assert found
    assert found.facts["empty"] == ("surname",)
