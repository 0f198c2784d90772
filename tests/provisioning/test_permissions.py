"""Who may do what."""

from provisioning.permissions import may_ask, may_handle_tickets, may_provision, may_set_up
from tests.worlds import JOSE_ID, OLLE_ID, aisha, ines, olle


def test_people_ask_about_themselves_only() -> None:
    assert may_ask(olle(), OLLE_ID)
    assert may_ask(olle(), OLLE_ID.upper())
    assert not may_ask(olle(), JOSE_ID)
    assert not may_ask(olle(), "")


def test_agents_and_admins_ask_about_anybody() -> None:
    assert may_ask(aisha(), JOSE_ID)
    assert may_ask(ines(), JOSE_ID)


def test_people_neither_provision_nor_handle_tickets() -> None:
    assert not may_provision(olle())
    assert not may_handle_tickets(olle())


def test_agents_provision_and_handle_tickets() -> None:
    assert may_provision(aisha())
    assert may_handle_tickets(aisha())
    assert may_provision(ines())


def test_only_admins_set_up() -> None:
    assert may_set_up(ines())
    assert not may_set_up(aisha())
    assert not may_set_up(olle())
