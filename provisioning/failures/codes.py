"""What a code of the provisioning service says by itself, and how far the app's own words may correct it.

A code that names its own cause is believed. The two commonest ones wrap nearly any refusal: of those only the app's
answer tells.
"""

from collections.abc import Mapping

from provisioning.model import Cause

# Codes that name their own cause.
NAMED: Mapping[str, Cause] = {
    "Conflict": Cause.VALUE_TAKEN_IN_APP,
    "EntryConflict": Cause.VALUE_TAKEN_IN_APP,
    "DuplicateUserName": Cause.VALUE_TAKEN_IN_APP,
    "TooManyRequests": Cause.APP_THROTTLING,
    "InternalServerError": Cause.APP_UNAVAILABLE,
    "Timeout": Cause.APP_UNAVAILABLE,
    "WebExceptionProtocolError": Cause.TRANSPORT_ERROR,
    "InternalError": Cause.SERVICE_FAULT,
    "InsufficientRights": Cause.APP_PERMISSION,
    "MethodNotAllowed": Cause.APP_PERMISSION,
    "NotPermitted": Cause.APP_PERMISSION,
    "Unauthorized": Cause.APP_PERMISSION,
    "Forbidden": Cause.APP_PERMISSION,
    "UnprocessableEntity": Cause.APP_REFUSED,
    "InvalidAnchor": Cause.ACCOUNT_GONE_IN_APP,
    "NotImplemented": Cause.APP_INCOMPATIBLE,
    "MandatoryFieldsMissing": Cause.MISSING_ATTRIBUTE,
    "MissingValues": Cause.MISSING_ATTRIBUTE,
    "RequiredFieldMissing": Cause.MISSING_ATTRIBUTE,
    "SchemaAttributeNotFound": Cause.MAPPING_WRONG,
    "InvalidDomain": Cause.INVALID_DOMAIN,
    "LicenseLimitExceeded": Cause.LICENCE_EXHAUSTED,
    "DuplicateTargetEntries": Cause.DUPLICATE_IN_APP,
    "DuplicateSourceEntries": Cause.DUPLICATE_IN_DIRECTORY,
    "ImportSkipped": Cause.MATCHING_ATTRIBUTE_EMPTY,
    "EntryJoiningPropertyValueIsMissing": Cause.MATCHING_ATTRIBUTE_EMPTY,
    "MultipleEntriesInResponse": Cause.APP_INCOMPATIBLE,
    "SchemaPropertyCanOnlyAcceptValue": Cause.MULTIPLE_VALUES,
    "AttributeValidationFailed": Cause.ATTRIBUTE_REJECTED,
    "InvalidLookupReference": Cause.REFERENCE_UNKNOWN,
    "EntityTypeNotSupported": Cause.UNSUPPORTED_OBJECT,
    "InvalidPropertyValue": Cause.ATTRIBUTE_REJECTED,
    # the job's own
    "CredentialValidationFailure": Cause.CREDENTIALS_REJECTED,
    "CredentialValidationUnavailable": Cause.ENDPOINT_UNREACHABLE,
    "InvalidCredentials": Cause.CREDENTIALS_REJECTED,
    "CredentialsMissing": Cause.NOT_CONFIGURED,
    "ServiceNowInstanceInvalid": Cause.WRONG_ENDPOINT,
    # where the target is another Entra tenant
    "CannotUpdateObjectsOriginatedInExternalService": Cause.APP_REFUSED,
    "CannotUpdateObjectsMasteredOnPremises": Cause.UNSUPPORTED_OBJECT,
    "B2BManagementPolicyCheckFailure": Cause.APP_PERMISSION,
    "QuotaLimitExceeded": Cause.LICENCE_EXHAUSTED,
    "InvitationCreationFailure": Cause.SERVICE_FAULT,
    "InvitationCreationFailureUserAccountDisabled": Cause.APP_REFUSED,
    "InvitationCreationFailureInvalidPropertyValue": Cause.ATTRIBUTE_REJECTED,
    "InvitationCreationFailureAmbiguousUser": Cause.VALUE_TAKEN_IN_APP,
}
# Codes that say only that the app refused: what its answer gives away decides, from its status on.
WRAPPERS = frozenset({"ServiceIncompatible", "ServiceIncompatibleFiltering", "BadRequest"})
# Codes that say only that nothing was done; the reason stands in flags or words beside them.
SAY_NOTHING = frozenset({"EntrySynchronizationSkipped", "NotEffectivelyEntitled"})
MATCHING_CODES = frozenset({"EntryJoiningPropertyValueIsMissing", "ImportSkipped"})

_ANYTHING = frozenset(Cause)
_MAY_NOT = frozenset({Cause.CREDENTIALS_REJECTED, Cause.LICENCE_EXHAUSTED, Cause.APP_REFUSES_DEACTIVATION})
_LACKS = frozenset({Cause.VALUE_TAKEN_IN_APP, Cause.ROLE_OR_LICENCE_VALUE_MISSING})
# What the app's own words may make of a code; a code that is not here stays what it is.
OPEN_TO: Mapping[str, frozenset[Cause]] = {
    "Conflict": _ANYTHING,
    "EntryConflict": _ANYTHING,
    "UnprocessableEntity": _ANYTHING,
    "InternalServerError": _ANYTHING,  # a lasting fault in somebody's data may hide behind it
    "AttributeValidationFailed": frozenset(
        {Cause.MISSING_ATTRIBUTE, Cause.MULTIPLE_VALUES, Cause.INVALID_DOMAIN, Cause.ROLE_OR_LICENCE_VALUE_MISSING}
    ),
    "InvalidPropertyValue": frozenset({Cause.NOT_CONFIGURED}),
    "MandatoryFieldsMissing": _LACKS,
    "MissingValues": _LACKS,
    "RequiredFieldMissing": _LACKS,
    "InsufficientRights": _MAY_NOT,
    "NotPermitted": _MAY_NOT,
    "Unauthorized": _MAY_NOT,
    "Forbidden": _MAY_NOT,
    "CredentialValidationFailure": frozenset({Cause.WRONG_ENDPOINT}),
}
# Beside a code that nobody knows only the plainest words count; else it is admitted that the code is new.
PLAIN = frozenset(
    {
        Cause.VALUE_TAKEN_IN_APP,
        Cause.MISSING_ATTRIBUTE,
        Cause.ROLE_OR_LICENCE_VALUE_MISSING,
        Cause.LICENCE_EXHAUSTED,
        Cause.INVALID_DOMAIN,
        Cause.MULTIPLE_VALUES,
        Cause.APP_THROTTLING,
    }
)
