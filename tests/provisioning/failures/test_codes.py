"""The table of codes: every documented one is there, under every prefix, and each entry decides something."""

from collections.abc import Mapping

import pytest

from provisioning import failures
from provisioning.failures import cause_of
from provisioning.failures.codes import NAMED, OPEN_TO, SAY_NOTHING, WRAPPERS
from provisioning.messages import read_error
from provisioning.messages.codes import KNOWN, canonical
from provisioning.model import Cause

SCIM = "SystemForCrossDomainIdentityManagement"
# As Microsoft's table, its pages about single apps and its threads spell them.
SPELT: Mapping[str, Cause] = {
    "Conflict": Cause.VALUE_TAKEN_IN_APP,
    "EntryConflict": Cause.VALUE_TAKEN_IN_APP,
    "ContosoEntryConflict": Cause.VALUE_TAKEN_IN_APP,
    "BoxEntryConflict": Cause.VALUE_TAKEN_IN_APP,
    "TooManyRequests": Cause.APP_THROTTLING,
    "InternalServerError": Cause.APP_UNAVAILABLE,
    "InsufficientRights": Cause.APP_PERMISSION,
    "MethodNotAllowed": Cause.APP_PERMISSION,
    "NotPermitted": Cause.APP_PERMISSION,
    "Unauthorized": Cause.APP_PERMISSION,
    "UnprocessableEntity": Cause.APP_REFUSED,
    "WebExceptionProtocolError": Cause.TRANSPORT_ERROR,
    "InvalidAnchor": Cause.ACCOUNT_GONE_IN_APP,
    "NotImplemented": Cause.APP_INCOMPATIBLE,
    "MandatoryFieldsMissing": Cause.MISSING_ATTRIBUTE,
    "MissingValues": Cause.MISSING_ATTRIBUTE,
    "SchemaAttributeNotFound": Cause.MAPPING_WRONG,
    "InternalError": Cause.SERVICE_FAULT,
    "InvalidDomain": Cause.INVALID_DOMAIN,
    "Timeout": Cause.APP_UNAVAILABLE,
    "LicenseLimitExceeded": Cause.LICENCE_EXHAUSTED,
    "DuplicateTargetEntries": Cause.DUPLICATE_IN_APP,
    "DuplicateSourceEntries": Cause.DUPLICATE_IN_DIRECTORY,
    "ImportSkipped": Cause.MATCHING_ATTRIBUTE_EMPTY,
    f"{SCIM}MultipleEntriesInResponse": Cause.APP_INCOMPATIBLE,
    f"{SCIM}ServiceIncompatible": Cause.APP_INCOMPATIBLE,
    f"{SCIM}ServiceIncompatibleFiltering": Cause.APP_INCOMPATIBLE,
    "SchemaPropertyCanOnlyAcceptValue": Cause.MULTIPLE_VALUES,
    f"{SCIM}BadRequest": Cause.APP_INCOMPATIBLE,
    f"{SCIM}CredentialValidationFailure": Cause.CREDENTIALS_REJECTED,
    f"{SCIM}CredentialValidationUnavailable": Cause.ENDPOINT_UNREACHABLE,
    f"{SCIM}InvalidCredentials": Cause.CREDENTIALS_REJECTED,
    "SalesforceInvalidCredentials": Cause.CREDENTIALS_REJECTED,
    "CredentialsMissing": Cause.NOT_CONFIGURED,
    "AttributeValidationFailed": Cause.ATTRIBUTE_REJECTED,
    "EntryJoiningPropertyValueIsMissing": Cause.MATCHING_ATTRIBUTE_EMPTY,
    "InvalidLookupReference": Cause.REFERENCE_UNKNOWN,
    "ServiceNowInstanceInvalid": Cause.WRONG_ENDPOINT,
    "SalesforceLicenseLimitExceeded": Cause.LICENCE_EXHAUSTED,
    "SalesforceDuplicateUserName": Cause.VALUE_TAKEN_IN_APP,
    "SalesforceRequiredFieldMissing": Cause.MISSING_ATTRIBUTE,
    "Request_InvalidPropertyValue": Cause.ATTRIBUTE_REJECTED,
    "AzureActiveDirectoryCannotUpdateObjectsOriginatedInExternalService": Cause.APP_REFUSED,
    "AzureDirectoryB2BManagementPolicyCheckFailure": Cause.APP_PERMISSION,
    "AzureActiveDirectoryQuotaLimitExceeded": Cause.LICENCE_EXHAUSTED,
    "InvitationCreationFailure": Cause.SERVICE_FAULT,
    "InvitationCreationFailureUserAccountDisabled": Cause.APP_REFUSED,
    "AzureActiveDirectoryForbidden": Cause.APP_PERMISSION,
    "InvitationCreationFailureInvalidPropertyValue": Cause.ATTRIBUTE_REJECTED,
    "InvitationCreationFailureAmbiguousUser": Cause.VALUE_TAKEN_IN_APP,
    "AzureActiveDirectoryCannotUpdateObjectsMasteredOnPremises": Cause.UNSUPPORTED_OBJECT,
    "EntityTypeNotSupported": Cause.UNSUPPORTED_OBJECT,
    "EntrySynchronizationSkipped": Cause.UNEXPLAINED,
    "NotEffectivelyEntitled": Cause.UNEXPLAINED,
}


@pytest.mark.parametrize(("code", "cause"), SPELT.items(), ids=list(SPELT))
def test_a_code_alone_gives_its_cause(code: str, cause: Cause) -> None:
    assert cause_of(read_error("", code=code)) is cause


@pytest.mark.parametrize("code", sorted(SPELT))
def test_a_code_is_known_by_its_end_in_any_case(code: str) -> None:
    alone = cause_of(read_error("", code=code))
    assert cause_of(read_error("", code=f"Contoso{code.lower()}")) is alone


@pytest.mark.parametrize("code", sorted(NAMED))
def test_no_entry_can_be_taken_out_unnoticed(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spelt = next(each for each in SPELT if canonical(each) == code)
    monkeypatch.setattr(failures, "NAMED", {name: cause for name, cause in NAMED.items() if name != code})
    cause_of.cache_clear()
    try:
        assert cause_of(read_error("", code=spelt)) is not SPELT[spelt]
    finally:
        cause_of.cache_clear()


def test_every_code_that_is_recognised_means_something() -> None:
    silent = {"RedundantExport"}  # the good skip is no failure
    assert set(KNOWN) - silent == set(NAMED) | WRAPPERS | SAY_NOTHING
    assert set(OPEN_TO) <= set(NAMED)
    assert {canonical(code) for code in SPELT} == set(KNOWN) - silent


@pytest.mark.parametrize(
    "code", ["EntitledButNotAssigned", "UnexpectedPatternException", "AttributeTypeMismatch", "Oops"]
)
def test_names_that_stand_in_no_table_are_not_guessed_at(code: str) -> None:
    assert cause_of(read_error("", code=code)) is Cause.UNKNOWN_CODE
    assert cause_of(read_error("StatusCode: BadRequest\r\nWeb Response: no", code=code)) is Cause.UNKNOWN_CODE
