"""Objects that are not synchronized by design."""

from provisioning.model import Owner, Retry
from provisioning.rules.unsupported_object import unsupported_object
from tests.worlds import failed, healthy, skipped


def test_a_skip_and_a_failure_that_say_so_are_found() -> None:
    for row in (skipped("EntityTypeNotSupported"), failed("AzureActiveDirectoryCannotUpdateObjectsMasteredOnPremises")):
        found = unsupported_object(healthy(log=(row,)))
        assert found
        assert (found.owner, found.retry) == ((Owner.NOBODY,), Retry.USELESS)


def test_other_skips_are_left_alone() -> None:
    assert unsupported_object(healthy(log=(skipped("RedundantExport"),))) is None
    assert unsupported_object(healthy()) is None
