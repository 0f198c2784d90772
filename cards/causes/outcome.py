"""Causes that are no fault: the account is there, or it is on its way."""

from cards.causes._seen import Facts, Seen, Sentences, left_out
from cards.next_cycle import first_ends
from cards.times import distance, instant_and_age
from cards.words import _


class Provisioned(Sentences):
    """The log shows that the account was created or updated."""

    def answer(self, seen: Seen) -> str:
        return _("{name} has an account in {app}.").format(name=seen.name, app=seen.app)

    def because(self, seen: Seen) -> str:
        return _("the account was provisioned")

    def who(self, seen: Seen) -> str:
        look = _(
            "Provisioning did its part. If signing in still fails, the administrator of {app} looks there: licence, "
            "account deactivated, another address."
        ).format(app=seen.app)
        target = seen.fact("target")
        return " ".join(
            filter(None, (_("The account there is {target}.").format(target=target) if target else "", look))
        )

    def kind_answer(self, seen: Seen) -> str:
        return _("You have an account in {app}.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        target = seen.fact("target")
        if "@" in target:  # else it may be an id, which tells the person nothing
            return _(
                "It is called {target}. Please try to sign in with that. If it does not work, open a ticket and we "
                "will look."
            ).format(target=target)
        return _("Please try to sign in with your work address. If that does not work, open a ticket and we will look.")

    def meaning(self, facts: Facts) -> str:
        return _("The account was created or updated in the app.")

    def fix(self, facts: Facts) -> str:
        return _("Nothing to mend in provisioning; if signing in fails, look in the app.")


class InSync(Provisioned):
    """Graph skipped the person because both sides are equal: the good skip."""

    def answer(self, seen: Seen) -> str:
        return _("{name} has an account in {app}, and it is up to date.").format(name=seen.name, app=seen.app)

    def because(self, seen: Seen) -> str:
        return _("the account is already up to date")

    def kind_answer(self, seen: Seen) -> str:
        return _("You have an account in {app}, and it is up to date.").format(app=seen.app)

    def meaning(self, facts: Facts) -> str:
        return _("Directory and app already hold the same values, so there was nothing to write.")


class AwaitingCycle(Sentences):
    """Everything is right; the next cycle has not come yet."""

    def answer(self, seen: Seen) -> str:
        return _("{name} is not in {app} yet: {because}.").format(
            name=seen.name, app=seen.app, because=self.because(seen)
        )

    def because(self, seen: Seen) -> str:
        words = {
            "created": _("the account was made after the last sync"),
            "assigned": _("the app was assigned after the last sync"),
            "changed": _("the data was changed after the last sync"),
            "fixed": _("what failed before has been put right, and no sync shows it yet"),
        }
        if seen.fact("log") == "late":
            return _("a sync has run since the last change, but the log does not show it yet")
        return words.get(seen.fact("because"), _("no sync has run since the last change"))

    def who(self, seen: Seen) -> str:
        due = seen.diagnosis.next_cycle
        if seen.fact("log") == "late":
            return _(
                "That sync has probably written it already. Microsoft's log can lag by several minutes: press Refresh "
                "when it has caught up."
            )
        if due is None or due <= seen.diagnosis.as_of:
            return _("Nobody has to do anything: the next cycle takes care of it, usually within 40 minutes.")
        return _("Nobody has to do anything: the next cycle takes care of it, about {when}.").format(
            when=instant_and_age(due, seen.diagnosis.as_of)
        )

    def kind_answer(self, seen: Seen) -> str:
        return _("Your access to {app} is being prepared.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        due = seen.diagnosis.next_cycle
        if seen.fact("log") == "late":
            return _("It may be ready already. Please try to sign in, or look again in some minutes.")
        if due is None or due <= seen.diagnosis.as_of:
            return _("You need not do anything. It usually takes up to about 40 minutes after a change.")
        return _("You need not do anything. The next sync comes {when}.").format(
            when=distance(due, seen.diagnosis.as_of)
        )

    def meaning(self, facts: Facts) -> str:
        return _("Everything is set up; the provisioning service has not come round since the last change.")

    def fix(self, facts: Facts) -> str:
        return _("Wait for the next cycle, usually within 40 minutes.")


class AssignmentTooFresh(AwaitingCycle):
    """The assignment is minutes old; the service may not honour it yet."""

    def because(self, seen: Seen) -> str:
        return _("the assignment is only minutes old, and Microsoft needs some minutes to honour it")

    def who(self, seen: Seen) -> str:
        return _(
            "Nobody has to do anything. Look again in about five minutes; before that, a run may still skip {name}."
        ).format(name=seen.name)

    def kind_who(self, seen: Seen) -> str:
        return _("You need not do anything. Please look again in some minutes.")

    def meaning(self, facts: Facts) -> str:
        return _("The assignment is only minutes old, so the service may still take the person for unassigned.")

    def fix(self, facts: Facts) -> str:
        return _("Wait some minutes, then look again.")


class DynamicMembershipPending(AwaitingCycle):
    """The person fits a dynamic group's rule and is not in it yet."""

    def because(self, seen: Seen) -> str:
        group = seen.fact("group")
        if not group:
            return _("they fit the rule of an assigned group, and Entra has not taken them in yet")
        return _("they fit the rule of the assigned group {group}, and Entra has not taken them in yet").format(
            group=group
        )

    def who(self, seen: Seen) -> str:
        return _(
            "Nobody has to do anything: Entra works through the rules of its groups by itself, usually within minutes, "
            "in large tenants within a day. The next cycle after that creates the account."
        )

    def kind_who(self, seen: Seen) -> str:
        return _("You need not do anything. It usually takes up to some hours after your profile was changed.")

    def meaning(self, facts: Facts) -> str:
        return _("The person fits the rule of an assigned dynamic group and is not a member yet.")

    def fix(self, facts: Facts) -> str:
        return _("Wait until Entra has worked through the group's rule.")


class InitialCycleRunning(AwaitingCycle):
    """The app's first cycle looks at everybody, which takes its time."""

    def because(self, seen: Seen) -> str:
        done, whole = seen.fact("done"), seen.fact("whole")
        if not whole:
            return _("the app's first sync is still running")
        return _("the app's first sync is still running ({done} of {whole} parts)").format(done=done, whole=whole)

    def who(self, seen: Seen) -> str:
        said = _(
            "Nobody has to do anything: the first cycle looks at everybody, which takes from 20 minutes to days. "
            "{name} comes up in it."
        ).format(name=seen.name)
        return " ".join(filter(None, (said, first_ends(seen.diagnosis))))

    def kind_answer(self, seen: Seen) -> str:
        return _("The first sync of accounts to {app} is still running.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        said = _("You need not do anything. It looks at everybody, which can take hours.")
        return " ".join(filter(None, (said, first_ends(seen.diagnosis))))

    def meaning(self, facts: Facts) -> str:
        return _("The job's first cycle is still running.")

    def fix(self, facts: Facts) -> str:
        return _("Wait until the first cycle has come to an end.")


class UnsupportedObject(Sentences):
    """This kind of object is not synchronized, by design."""

    def answer(self, seen: Seen) -> str:
        return left_out(self, seen)

    def because(self, seen: Seen) -> str:
        return _("this kind of object is not synchronized")

    def who(self, seen: Seen) -> str:
        return _("That is by design: there is nothing to mend, and trying again changes nothing.")

    def kind_answer(self, seen: Seen) -> str:
        return _("Accounts of your kind are not synced to {app}.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("If you need access, please open a ticket.")

    def meaning(self, facts: Facts) -> str:
        return _("This kind of object is not synchronized; that is by design.")

    def fix(self, facts: Facts) -> str:
        return _("Nothing to mend; trying again changes nothing.")
