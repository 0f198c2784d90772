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
        paused = seen.facts("paused_groups")
        if paused:
            return _(
                "If {name} should have it, an identity administrator assigns it in Entra. The rule of the assigned "
                "group {groups} is paused, so it takes nobody in."
            ).format(name=seen.name, groups=listed(paused))
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


class GroupNotSecurityEnabled(NestedGroupOnly):
    """The only assigned group is one that provisioning does not read, such as a mail group."""

    def because(self, seen: Seen) -> str:
        group = seen.fact("group")
        if not group:
            return _("the group that gives them the app is not a security group, and provisioning reads no other")
        return _(
            "they have the app only through {group}, which is not a security group, and provisioning reads no other"
        ).format(group=group)

    def who(self, seen: Seen) -> str:
        return _(
            "An identity administrator assigns a security group with {name} in it, or {name} directly. A mail group "
            "cannot be turned into a security group."
        ).format(name=seen.name)

    def meaning(self, facts: Facts) -> str:
        return _("The assigned group is not security-enabled, and provisioning does not read such groups.")

    def fix(self, facts: Facts) -> str:
        return _("Assign a security-enabled group, or the person directly.")


class RoleNotEntitled(NestedGroupOnly):
    """The person is assigned with a role that provisions nobody."""

    def because(self, seen: Seen) -> str:
        role = seen.fact("role")
        if not role:
            return _("they are assigned with a role that entitles to nothing")
        return _("they are assigned with the role “{role}”, which entitles to nothing there").format(role=role)

    def who(self, seen: Seen) -> str:
        usable = seen.facts("usable")
        change = _(
            "An identity administrator removes the assignment of {name} to {app} in Entra and assigns a proper role."
        ).format(name=seen.name, app=seen.app)
        if not usable:
            return change
        return f"{change} " + _("Roles of the app: {roles}.").format(roles=", ".join(usable))

    def kind_who(self, seen: Seen) -> str:
        return _("IT has to give you a proper role in it. Please open a ticket; there is nothing you need to change.")

    def meaning(self, facts: Facts) -> str:
        return _("The person is assigned with a role that does not entitle to an account in this app.")

    def fix(self, facts: Facts) -> str:
        return _("Remove the assignment and assign a proper role of the app instead of “Default Access”.")
