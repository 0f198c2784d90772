"""Codes, known by their end."""

import pytest

from provisioning.messages.codes import KNOWN, canonical


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("ContosoEntryConflict", "EntryConflict"),
        ("BoxEntryConflict", "EntryConflict"),
        ("Conflict", "Conflict"),
        ("salesforcelicenselimitexceeded", "LicenseLimitExceeded"),
        ("SystemForCrossDomainIdentityManagementServiceIncompatible", "ServiceIncompatible"),
        ("SystemForCrossDomainIdentityManagementServiceIncompatibleFiltering", "ServiceIncompatibleFiltering"),
        ("SalesforceInvalidCredentials", "InvalidCredentials"),
        ("EntryConflictResolved", None),
        ("", None),
        (None, None),
    ],
)
def test_the_longest_known_end_counts(code: str | None, known: str | None) -> None:
    assert canonical(code) == known


@pytest.mark.parametrize("code", KNOWN)
def test_every_known_code_is_itself(code: str) -> None:
    assert canonical(code) == code
    assert canonical(f"Contoso{code}") == code
