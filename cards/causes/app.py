"""Causes that lie in the app: its accounts, its licences, its rights, and how it speaks."""

from cards.causes._seen import Facts, Mended, Seen, many, one
from cards.words import _


class Refused(Mended):
    """The app understood and refused, and gave no better reason."""

    def because(self, seen: Seen) -> str:
        return _("the app refused, and gave no reason that I know")

    def mend(self, seen: Seen) -> str:
        return _("The administrator of {app} looks for the reason there.").format(app=seen.app)

    def kind_answer(self, seen: Seen) -> str:
        return _("{app} did not accept your account.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("The administrator of {app} has to look at it. Please open a ticket.").format(app=seen.app)

    def meaning(self, facts: Facts) -> str:
        detail = one(facts, "detail")
        if not detail:
            return _("The app understood the request and refused it, without a reason.")
        return _("The app understood the request and refused it. It says: “{detail}”").format(detail=detail) + "."

    def fix(self, facts: Facts) -> str:
        return _("The administrator of the app finds the reason in its log or settings.")


class DuplicateInApp(Refused):
    """Several accounts in the app fit; the service does not guess."""

    def because(self, seen: Seen) -> str:
        return _("more than one account in the app fits them")

    def mend(self, seen: Seen) -> str:
        return _(
            "The administrator of {app} removes the accounts that are not needed; or an identity administrator chooses "
            "a matching attribute that is unique there."
        ).format(app=seen.app)

    def kind_answer(self, seen: Seen) -> str:
        return _("{app} has more than one account that could be yours.").format(app=seen.app)

    def meaning(self, facts: Facts) -> str:
        return _("More than one account in the app matches the person.")

    def fix(self, facts: Facts) -> str:
        return _("Remove the duplicate in the app, or choose a matching attribute that is unique there.")


class AccountGoneInApp(Refused):
    """The account that the service had linked is not there any more."""

    def because(self, seen: Seen) -> str:
        return _("the account that Entra had linked is gone from the app")

    def mend(self, seen: Seen) -> str:
        return _(
            "The administrator of {app} restores it; or an identity administrator removes the stored link of {name} in "
            "Entra, after which the next cycle creates a new account."
        ).format(app=seen.app, name=seen.name)

    def kind_answer(self, seen: Seen) -> str:
        return _("Your account in {app} was removed there.").format(app=seen.app)

    def meaning(self, facts: Facts) -> str:
        return _("The account that Entra had linked no longer exists in the app; it was probably deleted by hand.")

    def fix(self, facts: Facts) -> str:
        return _("Restore the account in the app, or remove the stored link (or restart the job with a full reset).")


class RoleOrLicenceValueMissing(Refused):
    """The app wants to know a role, a profile or a kind of licence."""

    def because(self, seen: Seen) -> str:
        return _("the app wants a role, profile or licence type, and none was sent")

    def mend(self, seen: Seen) -> str:
        return _(
            "It is no duplicate, whatever the code says. An identity administrator assigns {name} with the proper "
            "role, or maps the value that {app} wants."
        ).format(name=seen.name, app=seen.app)

    def kind_answer(self, seen: Seen) -> str:
        return _("{app} needs to know which role you get, and nobody has said so yet.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("IT has to set that. Please open a ticket; there is nothing you need to change.")

    def meaning(self, facts: Facts) -> str:
        return _("The app wants a role, profile or entitlement that was not sent.")

    def fix(self, facts: Facts) -> str:
        return _("Assign the person with the proper role, or map the value that the app wants.")


class LicenceExhausted(Refused):
    """Every licence of the app is in use."""

    def because(self, seen: Seen) -> str:
        return _("the app has no free licence")

    def mend(self, seen: Seen) -> str:
        return _(
            "The administrator of {app} frees a licence or buys one; or people who do not need it lose the assignment."
        ).format(app=seen.app)

    def kind_answer(self, seen: Seen) -> str:
        return _("There is no free licence for you in {app}.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("The administrator of {app} has to free or buy one. Please open a ticket.").format(app=seen.app)

    def meaning(self, facts: Facts) -> str:
        return _("The app has no free licence or place.")

    def fix(self, facts: Facts) -> str:
        return _("Free or buy a licence in the app, or correct who is assigned.")


class AppPermission(Refused):
    """The connection works and may not do this."""

    def because(self, seen: Seen) -> str:
        return _("the app does not let the connection do this")

    def mend(self, seen: Seen) -> str:
        return _(
            "The administrator of {app} gives the account or token of the connection the right, the scope or the plan "
            "that it needs."
        ).format(app=seen.app)

    def kind_answer(self, seen: Seen) -> str:
        return _("{app} does not let the sync create your account.").format(app=seen.app)

    def meaning(self, facts: Facts) -> str:
        return _(
            "The connection works, but the app does not let it make this change: a right, scope or plan is missing."
        )

    def fix(self, facts: Facts) -> str:
        return _("Give the account or token of the connection the rights that the app's guide asks for.")


class AppIncompatible(Refused):
    """The app does not speak SCIM the way the service does."""

    def because(self, seen: Seen) -> str:
        return _("the app and Microsoft's service do not understand each other")

    def mend(self, seen: Seen) -> str:
        return _(
            "That is for the vendor of {app}, with the log row. Until then an identity administrator may switch on the "
            "SCIM compliance flag or map fewer attributes."
        ).format(app=seen.app)

    def kind_answer(self, seen: Seen) -> str:
        return _("{app} and the sync do not understand each other.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("The vendor of the app has to mend that. Please open a ticket, so that IT can make it by hand.")

    def meaning(self, facts: Facts) -> str:
        return _("The app's request handling or answer is not what SCIM asks for, so service and app misunderstand.")

    def fix(self, facts: Facts) -> str:
        return _("Report it to the vendor; a compliance flag, another matching attribute or fewer mappings may help.")


class AppRefusesDeactivation(Refused):
    """Entra wants the account switched off, and the app does not let go of it."""

    def answer(self, seen: Seen) -> str:
        return _(
            "{name} should no longer have an active account in {app}, and the app refuses to switch it off."
        ).format(name=seen.name, app=seen.app)

    def because(self, seen: Seen) -> str:
        return _("the app refuses to deactivate the account")

    def mend(self, seen: Seen) -> str:
        return _(
            "The administrator of {app} lifts what holds it (often: the last owner of something). If {name} should "
            "keep the app, look why Entra takes it away."
        ).format(app=seen.app, name=seen.name)

    def kind_answer(self, seen: Seen) -> str:
        return _("Your access to {app} is to end, and the app does not let it end.").format(app=seen.app)

    def meaning(self, facts: Facts) -> str:
        return _("Entra wants to deactivate the account, and the app refuses.")

    def fix(self, facts: Facts) -> str:
        return _("Lift what holds the account in the app, and find out why Entra deactivates it.")


class MappingWrong(Refused):
    """The job writes to an attribute that the app does not have."""

    def because(self, seen: Seen) -> str:
        targets = seen.facts("targets")
        if not targets:
            return _("the job writes to an attribute that the app does not have")
        return _("the job writes to {attribute}, which the app does not have").format(attribute=targets[0])

    def mend(self, seen: Seen) -> str:
        return _("An identity administrator corrects or removes that attribute mapping in Entra.")

    def kind_answer(self, seen: Seen) -> str:
        return _("The sync of accounts to {app} is not set up properly.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("IT has to mend that. Please open a ticket; there is nothing you need to change.")

    def meaning(self, facts: Facts) -> str:
        targets = many(facts, "targets")
        if not targets:
            return _("A mapped target attribute does not exist in the app, or may not be written there.")
        return _("The target attribute {attribute} does not exist in the app, or may not be written there.").format(
            attribute=targets[0]
        )

    def fix(self, facts: Facts) -> str:
        return _("Correct or remove that attribute mapping.")
