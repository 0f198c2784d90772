"""Others whom the same failure hit: the same code, status and attributes, whoever they are."""

from datetime import timedelta

from provisioning.alike import alike
from tests import worlds

OLLE = worlds.OLLE_ID
TAKEN = "This e-mail is taken."


def test_others_are_counted_and_the_earliest_time_is_kept() -> None:
    mine = worlds.failed("EntryConflict", TAKEN)
    early = worlds.failed("ContosoEntryConflict", TAKEN, at=worlds.NOW - timedelta(hours=3))
    found = alike(mine, worlds.JOSE_ID, [(OLLE, mine), (OLLE, early), (worlds.AISHA_ID, mine)], whole=True)
    assert found is not None
    assert (found.others, found.since) == (2, worlds.NOW - timedelta(hours=3))


def test_oneself_is_nobody_else() -> None:
    mine = worlds.failed("EntryConflict", TAKEN)
    assert alike(mine, worlds.JOSE_ID, [(worlds.JOSE_ID.upper(), mine)], whole=True) is None


def test_another_failure_is_not_the_same() -> None:
    mine, other = worlds.failed("EntryConflict", TAKEN), worlds.failed("InternalServerError", "StatusCode: 500")
    assert alike(mine, worlds.JOSE_ID, [(OLLE, other)], whole=True) is None


def test_a_success_is_alike_to_nothing() -> None:
    assert alike(worlds.event(), worlds.JOSE_ID, [(OLLE, worlds.event())], whole=True) is None
    assert alike(None, worlds.JOSE_ID, [], whole=True) is None
