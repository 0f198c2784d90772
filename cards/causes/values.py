"""Causes that lie in one value: the app does not take it, it is not alone, or somebody else has it."""

from cards.causes._seen import Facts, Mended, Seen, attribute, listed, many, one
from cards.causes.data import MissingAttribute
from cards.words import _, ngettext


class MatchingAttributeEmpty(MissingAttribute):
    """What the app's accounts are found by is empty, so nobody is looked for at all."""

    def because(self, seen: Seen) -> str:
        return _("{empty}, and that is what accounts in the app are matched by").format(
            empty=self._empty(seen.finding.facts)
        )

    def meaning(self, facts: Facts) -> str:
        return _(
            "The attribute by which accounts in the app are matched has no value, so the person was not looked at."
        )

    def fix(self, facts: Facts) -> str:
        names = many(facts, "attributes")
        if not names:
            return _("Fill in the matching attribute, or let an identity administrator choose another one.")
        return _("Fill in {names}, or let an identity administrator choose another matching attribute.").format(
            names=listed(names)
        )


class AttributeRejected(Mended):
    """A value breaks one of the app's own rules."""

    def because(self, seen: Seen) -> str:
        return _("the app does not take {value}").format(value=_value(seen))

    def mend(self, seen: Seen) -> str:
        return _(
            "Either whoever keeps the data of {name} corrects the value {place}, or an identity administrator changes "
            "the mapping, so that the app gets another one."
        ).format(name=seen.name, place=seen.place)

    def kind_answer(self, seen: Seen) -> str:
        return _("You cannot get into {app} yet, because it does not take {what} from your profile.").format(
            app=seen.app, what=_kind(seen)
        )

    def kind_who(self, seen: Seen) -> str:
        return _("Your manager or HR has to have it corrected, or IT has to. Your access follows by itself after that.")

    def meaning(self, facts: Facts) -> str:
        name = _named(facts)
        if not name:
            return _("A value breaks a rule of the app: its length, a sign in it, or its form.")
        return _("The app does not take the value of {name}: it breaks a rule of the app.").format(name=name)

    def fix(self, facts: Facts) -> str:
        return _("Correct the value in the directory, or change the mapping so that the app gets another one.")


class MultipleValues(AttributeRejected):
    """Several values, where the app takes one."""

    def because(self, seen: Seen) -> str:
        name = _named(seen.finding.facts)
        if not name:
            return _("the directory has several values where the app takes one")
        return _("{name} has several values, and the app takes one").format(name=name)

    def mend(self, seen: Seen) -> str:
        return _(
            "An identity administrator maps an attribute with a single value, or cuts the list down in the mapping; or "
            "whoever keeps the data of {name} leaves one value {place}."
        ).format(name=seen.name, place=seen.place)

    def kind_answer(self, seen: Seen) -> str:
        return _("You cannot get into {app} yet, because your profile has several values where it takes one.").format(
            app=seen.app
        )

    def meaning(self, facts: Facts) -> str:
        return _("The directory has several values for an attribute of which the app takes one.")

    def fix(self, facts: Facts) -> str:
        return _("Map an attribute with a single value, cut the list down in the mapping, or drop that mapping.")


class InvalidDomain(AttributeRejected):
    """The app does not take addresses of this domain."""

    def because(self, seen: Seen) -> str:
        value = seen.fact("value")
        if not value:
            return _("the app does not accept the domain of their address")
        return _("the app does not accept the domain of {value}").format(value=value)

    def mend(self, seen: Seen) -> str:
        return _(
            "The administrator of {app} permits the domain there, or whoever keeps the data of {name} changes the "
            "address {place}."
        ).format(app=seen.app, name=seen.name, place=seen.place)

    def kind_answer(self, seen: Seen) -> str:
        return _("{app} does not accept the domain of your address.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _(
            "The administrator of {app} has to permit it, or IT changes your address. Please open a ticket."
        ).format(app=seen.app)

    def meaning(self, facts: Facts) -> str:
        return _("A value has a domain that the app does not accept.")

    def fix(self, facts: Facts) -> str:
        return _("Verify or permit the domain in the app, or change the person's address.")


class ReferenceUnknown(AttributeRejected):
    """The app looks the value up in a table of its own, and it is not there."""

    def because(self, seen: Seen) -> str:
        return _("{value} is not in the app's own table").format(value=_value(seen))

    def mend(self, seen: Seen) -> str:
        return _(
            "The administrator of {app} adds it there; or the value in the directory is corrected {place}; or an "
            "identity administrator drops the mapping."
        ).format(app=seen.app, place=seen.place)

    def kind_who(self, seen: Seen) -> str:
        return _("IT and the administrator of {app} have to put that right. Please open a ticket.").format(app=seen.app)

    def meaning(self, facts: Facts) -> str:
        return _("A value (department, place, manager …) is not in the app's own table, so nobody was provisioned.")

    def fix(self, facts: Facts) -> str:
        return _("Add the value to the app's table, correct it in the directory, or drop that mapping.")


class DuplicateInDirectory(Mended):
    """Two directory accounts share the value that accounts in the app are matched by."""

    def because(self, seen: Seen) -> str:
        name = _named(seen.finding.facts) or _("the matching attribute")
        others = seen.facts("others")
        if not others:
            return _("another directory account has the same value of {name}").format(name=name)
        return ngettext(
            "another directory account has the same value of {name}: {others}",
            "other directory accounts have the same value of {name}: {others}",
            len(others),
        ).format(name=name, others=listed(others))

    def mend(self, seen: Seen) -> str:
        return _(
            "Whoever keeps the data gives one of the accounts another value {place}; or an identity administrator "
            "chooses a matching attribute that nobody shares."
        ).format(place=seen.place)

    def kind_answer(self, seen: Seen) -> str:
        return _("You cannot get into {app} yet, because another account shares a value of your profile.").format(
            app=seen.app
        )

    def kind_who(self, seen: Seen) -> str:
        return _("IT has to find out which one is right. Please open a ticket; there is nothing you need to change.")

    def meaning(self, facts: Facts) -> str:
        return _("More than one directory account has the value by which accounts in the app are matched.")

    def fix(self, facts: Facts) -> str:
        return _("Give one of the accounts another value, or choose a matching attribute that nobody shares.")


def _named(facts: Facts) -> str:
    """The attribute in plain words; "" where none is known."""
    name = one(facts, "attribute") or ", ".join(many(facts, "attributes")[:1])
    return attribute(name) if name else ""


def _value(seen: Seen) -> str:
    """ "the display name “Petra @ Budapest”", or as much of it as is known."""
    name, value = _named(seen.finding.facts), seen.fact("value")
    if name and value:
        return _("{name} “{value}”").format(name=name, value=value)
    return name or _("a value")


def _kind(seen: Seen) -> str:
    """The same for the person: no names that only administrators know."""
    name = seen.fact("attribute")
    return attribute(name) if name and attribute(name) != name else _("a value")
