"""What single codes say beyond their cause, for a pasted error: most of them where the target is another tenant."""

from collections.abc import Callable

from cards.causes._seen import Facts, one
from cards.words import _
from provisioning.messages.codes import canonical

Words = Callable[[], tuple[str, str]]  # meaning and fix, in the language that is spoken


def words_of(facts: Facts) -> tuple[str, str] | None:
    """Meaning and fix of the code in ``facts``; None where its cause says enough."""
    known = _WORDS.get(canonical(one(facts, "code")) or "")
    return known() if known else None


_WORDS: dict[str, Words] = {
    "EntrySynchronizationSkipped": lambda: (
        _("The person was read and then nothing was done: out of scope, or already up to date."),
        _("Read the skip reason and the flags in the log row's steps; often nothing has to be done."),
    ),
    "NotEffectivelyEntitled": lambda: (
        _("The person is not entitled: disabled, not assigned, with a role that gives nothing, or filtered out."),
        _("Read the flags beside it (IsActive, Assigned, IsInProvisioningScope): the one that is False is the reason."),
    ),
    "MultipleEntriesInResponse": lambda: (
        _("The app answered the search for one account with several: it ignores the filter, or has duplicates."),
        _("The vendor has to make the app honour the filter; look for duplicates in the app as well."),
    ),
    "CredentialsMissing": lambda: (
        _("No credentials are saved for the provisioning job."),
        _("Save the tenant URL and the token in Entra, and test the connection."),
    ),
    "InvalidPropertyValue": lambda: (
        _("Entra could not save the settings: a value, such as the credentials, is too large or not valid."),
        _("Use a shorter token, or correct the value that the message names."),
    ),
    "DuplicateUserName": lambda: (
        _("The user name is taken: it has to be unique over all customers of the app, world-wide."),
        _("Give the person another user name by the mapping, or free the name in the other organisation."),
    ),
    "CannotUpdateObjectsOriginatedInExternalService": lambda: (
        _("The attribute is owned by Exchange in the target tenant, so the sync may not change it."),
        _("Change it in Exchange there, or leave it out of the mapping."),
    ),
    "CannotUpdateObjectsMasteredOnPremises": lambda: (
        _("The account in the target tenant is synchronized from on-premises, so this sync cannot change it."),
        _("Nothing to mend by provisioning: change it in the on-premises directory of that tenant."),
    ),
    "B2BManagementPolicyCheckFailure": lambda: (
        _("Automatic redemption of invitations is not switched on in both tenants."),
        _("Switch automatic redemption on in the cross-tenant access settings of both tenants."),
    ),
    "QuotaLimitExceeded": lambda: (
        _("The target tenant has reached its limit of directory objects."),
        _("The administrator of the target tenant removes objects, or asks Microsoft for a higher limit."),
    ),
    "Forbidden": lambda: (
        _("The target does not allow this: where it is another tenant, its settings for external collaboration."),
        _("Check the rights of the connection, and the external collaboration settings of a target tenant."),
    ),
    "InvitationCreationFailure": lambda: (
        _("Microsoft could not create the invitation in the target tenant."),
        _("Ask Microsoft's support, with the log row."),
    ),
    "InvitationCreationFailureUserAccountDisabled": lambda: (
        _("The person's account in the target tenant is pending and disabled there."),
        _("Enable the account in the target tenant, then try again."),
    ),
    "InvitationCreationFailureInvalidPropertyValue": lambda: (
        _("The invitation was refused over a value: the main mail address, or the kind of user."),
        _("Check the main mail address (it may belong to a group there) and that the user type is member or guest."),
    ),
    "InvitationCreationFailureAmbiguousUser": lambda: (
        _("One of the person's addresses equals that of an internal account in the target tenant."),
        _("Free the address in the target tenant, or take it from the person."),
    ),
}
