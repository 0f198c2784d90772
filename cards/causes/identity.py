"""Causes that lie in the person's directory account."""

from datetime import timedelta

from cards.causes._seen import Facts, Seen, Sentences
from cards.times import day
from cards.words import _

KEPT = timedelta(days=30)  # Entra keeps a deleted account that long before it is gone for good


class NoAccount(Sentences):
    """Nobody in the directory fits."""

    def because(self, seen: Seen) -> str:
        return _("there is no account for them in the directory")

    def who(self, seen: Seen) -> str:
        return _(
            "Check the spelling, other addresses and the start date with whoever keeps the staff data; "
            "an account has to exist in Entra first."
        )

    def kind_answer(self, seen: Seen) -> str:
        return _("I cannot find an account for you yet.")

    def kind_who(self, seen: Seen) -> str:
        return _("Please open a ticket, so that IT can check it.")

    def meaning(self, facts: Facts) -> str:
        return _("No directory account fits.")

    def fix(self, facts: Facts) -> str:
        return _("Check the spelling and the start date; the account has to exist in Entra first.")


class AmbiguousPerson(Sentences):
    """Several directory objects fit; nobody guesses."""

    def because(self, seen: Seen) -> str:
        return _("several accounts fit, and it is not clear which is meant")

    def who(self, seen: Seen) -> str:
        return _("Ask again with the full sign-in name of the account that is meant.")

    def kind_answer(self, seen: Seen) -> str:
        return _("More than one account could be yours.")

    def kind_who(self, seen: Seen) -> str:
        return _("Please open a ticket, so that IT can check which one is right.")

    def meaning(self, facts: Facts) -> str:
        return _("More than one directory account fits.")

    def fix(self, facts: Facts) -> str:
        return _("Find out which account is meant; then ask for its full sign-in name.")


class AccountDisabled(Sentences):
    """The account is switched off, so it is not provisioned."""

    def because(self, seen: Seen) -> str:
        return _("the directory account is disabled")

    def who(self, seen: Seen) -> str:
        return _(
            "Disabled accounts are not provisioned. If the block is a mistake, HR or the manager confirms it and an "
            "identity administrator enables the account {place}."
        ).format(place=seen.place)

    def kind_answer(self, seen: Seen) -> str:
        return _("You cannot get into {app}, because your account is not active.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("Please talk to your manager, who can have it activated. Access follows by itself after that.")

    def meaning(self, facts: Facts) -> str:
        return _("The directory account is disabled, and disabled accounts are not provisioned.")

    def fix(self, facts: Facts) -> str:
        return _(
            "If the block is a mistake, enable the account in Entra, or in on-premises Active Directory where it is "
            "synced from there."
        )


class SoftDeleted(AccountDisabled):
    """The account lies in the directory's recycle bin."""

    def because(self, seen: Seen) -> str:
        deleted = seen.diagnosis.person.deleted
        if deleted is None:
            return _("the directory account was deleted")
        return _("the directory account was deleted on {day}").format(day=day(deleted))

    def who(self, seen: Seen) -> str:
        return _(
            "If that is a mistake, an identity administrator restores the account {place}. {deadline} "
            "In the app it is disabled meanwhile, or deleted where the job does that."
        ).format(place=seen.place, deadline=self._deadline(seen))

    def _deadline(self, seen: Seen) -> str:
        deleted = seen.diagnosis.person.deleted
        if deleted is None:
            return _("That works for 30 days after the deletion.")
        return _("That works until about {day}.").format(day=day(deleted + KEPT))

    def meaning(self, facts: Facts) -> str:
        return _("The directory account was deleted; it can be restored for 30 days.")

    def fix(self, facts: Facts) -> str:
        return _("If that is a mistake, restore the account within 30 days of its deletion.")
