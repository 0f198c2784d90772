"""Causes that lie in who is assigned to the app."""

from cards._kit import safe
from cards.causes._seen import Facts, Seen, Sentences, left_out, listed, one
from cards.words import _


class NotAssigned(Sentences):
    """Nobody gave the person the app, neither directly nor through a group."""

    def answer(self, seen: Seen) -> str:
        return left_out(self, seen)

    def because(self, seen: Seen) -> str:
        return _("nobody has assigned the app to them")

    def who(self, seen: Seen) -> str:
        owners = [safe(owner) for owner in seen.diagnosis.app.owners]
        if owners:
            return _(
                "If {name} should have it, the owner of the app ({owners}) or an identity administrator assigns it in "
                "Entra, directly or through an assigned group."
            ).format(name=seen.name, owners=listed(owners))
        return _(
            "If {name} should have it, an identity administrator assigns it in Entra, directly or through an assigned "
            "group."
        ).format(name=seen.name)

    def kind_answer(self, seen: Seen) -> str:
        return _("You do not have {app} yet.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("If you need it for your work, open a ticket to ask for it. Whoever owns the app decides.")

    def meaning(self, facts: Facts) -> str:
        return _("The person is not assigned to the app, so provisioning leaves them out.")

    def fix(self, facts: Facts) -> str:
        return _("Assign the person in Entra, directly or through a group that is assigned itself.")


class NestedGroupOnly(Sentences):
    """The person sits in a group inside the assigned group; provisioning reads only immediate members."""

    def answer(self, seen: Seen) -> str:
        return left_out(self, seen)

    def because(self, seen: Seen) -> str:
        inner, outer = seen.fact("group"), seen.fact("assigned_group")
        if inner and outer:
            return _(
                "they are a member only of {inner}, a group inside the assigned group {outer}, and provisioning does "
                "not look into nested groups"
            ).format(inner=inner, outer=outer)
        return _("they are a member only of a group inside an assigned group, and provisioning does not look there")

    def who(self, seen: Seen) -> str:
        outer = seen.fact("assigned_group")
        if not outer:
            return self.fix(seen.finding.facts)
        return _(
            "An identity administrator adds {name} to {outer} directly, or assigns the inner group to {app} in Entra."
        ).format(name=seen.name, outer=outer, app=seen.app)

    def kind_answer(self, seen: Seen) -> str:
        return _("You should have {app}, but your access is not set up the way it needs.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("IT has to change your group. Please open a ticket; there is nothing you need to change.")

    def meaning(self, facts: Facts) -> str:
        inner, outer = one(facts, "group"), one(facts, "assigned_group")
        if inner and outer:
            return _(
                "The person is only in {inner}, inside {outer}; provisioning reads immediate members alone."
            ).format(inner=inner, outer=outer)
        return _("The person is only in a nested group; provisioning reads immediate members alone.")

    def fix(self, facts: Facts) -> str:
        return _("Add the person to the assigned group directly, or assign the inner group itself.")
