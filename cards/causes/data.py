"""Causes that lie in the person's data, in the filter that judges it, or in what the app makes of it."""

from cards.causes._seen import Facts, Seen, Sentences, attribute, left_out, listed, many, one
from cards.words import _, ngettext

KNOWN_SHAPES = frozenset({"log_row", "on_demand"})  # of a pasted text: see provisioning.explain


class MissingAttribute(Sentences):
    """A value that the sync needs is empty."""

    def because(self, seen: Seen) -> str:
        return self._empty(seen.finding.facts)

    def who(self, seen: Seen) -> str:
        names = seen.facts("attributes")
        if not names:
            return _("Whoever keeps the data of {name} fills in what is missing {place}.").format(
                name=seen.name, place=seen.place
            )
        return _("Whoever keeps the data of {name} fills in {names} {place}.").format(
            name=seen.name, names=listed([f"**{name}**" for name in names]), place=seen.place
        )

    def kind_answer(self, seen: Seen) -> str:
        return _("You cannot get into {app} yet, because {empty} in your profile.").format(
            app=seen.app, empty=self._empty(seen.finding.facts, kind=True)
        )

    def kind_who(self, seen: Seen) -> str:
        return _("Your manager or HR has to have it filled in. Your access follows by itself after that.")

    def meaning(self, facts: Facts) -> str:
        return _("A value that provisioning needs is missing: {empty}.").format(empty=self._empty(facts))

    def fix(self, facts: Facts) -> str:
        names = many(facts, "attributes")
        if not names:
            return _("Fill in the missing value where the account is kept: Entra, or on-premises Active Directory.")
        return _(
            "Fill in {names} where the account is kept: in Entra, or in on-premises Active Directory if it is synced "
            "from there."
        ).format(names=listed(names))

    def _empty(self, facts: Facts, *, kind: bool = False) -> str:
        """ "the mail address is empty". The person does not hear names that only administrators know."""
        names = many(facts, "attributes")
        words = [attribute(name) for name in names]
        if not names or (kind and words == list(names)):
            return _("a value that it needs is empty")
        return ngettext("{names} is empty", "{names} are empty", len(names)).format(names=listed(words))


class FilteredOut(Sentences):
    """The job's scoping filter says no."""

    def answer(self, seen: Seen) -> str:
        return left_out(self, seen)

    def because(self, seen: Seen) -> str:
        clause, value = seen.fact("clause"), seen.fact("value")
        if not clause:
            return _("the scoping filter of the provisioning job leaves them out")
        if value:
            return _("the scoping filter wants “{clause}”, and the value is “{value}”").format(
                clause=clause, value=value
            )
        if seen.fact("attribute"):
            return _("the scoping filter wants “{clause}”, and the value is empty").format(clause=clause)
        return _("the scoping filter wants “{clause}”").format(clause=clause)

    def who(self, seen: Seen) -> str:
        name = seen.fact("filter")
        which = _("the filter “{filter}”").format(filter=name) if name else _("the filter")
        return _(
            "Either the data is wrong, then whoever keeps it corrects it {place}; or {which} is wrong, then an "
            "identity administrator changes it in Entra. A changed filter makes the job look at everybody again, and "
            "whoever no longer fits is disabled in {app}."
        ).format(place=seen.place, which=which, app=seen.app)

    def kind_answer(self, seen: Seen) -> str:
        return _("{app} is not set up for your department, place or kind of work.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("If you think that is wrong, open a ticket. IT checks your profile and the rule.")

    def meaning(self, facts: Facts) -> str:
        clause = one(facts, "clause")
        if not clause:
            return _("The scoping filter of the provisioning job leaves the person out.")
        return _("The scoping filter of the provisioning job leaves the person out: it wants “{clause}”.").format(
            clause=clause
        )

    def fix(self, facts: Facts) -> str:
        return _("Correct the person's value, or let an identity administrator change the filter.")


class ValueTakenInApp(Sentences):
    """The app holds another account with a value that has to be unique."""

    def because(self, seen: Seen) -> str:
        return self._taken(seen.finding.facts)

    def who(self, seen: Seen) -> str:
        return _(
            "The administrator of {app} finds the other account there (often made by hand or by invitation) and "
            "frees the value or removes it. If the two should be one, an identity administrator checks the matching "
            "attribute."
        ).format(app=seen.app)

    def kind_answer(self, seen: Seen) -> str:
        return _("{app} already has an account with your address, so yours could not be created.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("The administrator of {app} has to sort that out. Please open a ticket.").format(app=seen.app)

    def meaning(self, facts: Facts) -> str:
        return _("The app refused, because {taken}.").format(taken=self._taken(facts))

    def fix(self, facts: Facts) -> str:
        return _("Free the value in the app, or correct the matching attribute if that account is the person's own.")

    def _taken(self, facts: Facts) -> str:
        value, name = one(facts, "value"), one(facts, "attribute") or one(facts, "attributes")
        if value:
            return _("another account there already uses “{value}”").format(value=value)
        if name:
            return _("another account there already uses the same value of {attribute}").format(attribute=name)
        return _("another account there already uses a value that must be unique")


class UnknownCode(Sentences):
    """An error that the desk has no words for. It says so and shows the text as it came."""

    def because(self, seen: Seen) -> str:
        code = seen.fact("code")
        return (
            _("it failed with {code}, which I do not know").format(code=code)
            if code
            else _("it failed, and the error is new to me")
        )

    def who(self, seen: Seen) -> str:
        detail = seen.fact("detail")
        if not detail:
            return self.fix(seen.finding.facts)
        return _("The error says: “{detail}”. An identity administrator looks at it in Entra.").format(detail=detail)

    def kind_answer(self, seen: Seen) -> str:
        return _("Your account in {app} could not be created, and I do not know why.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("IT has to look at it. Please open a ticket; what I found goes with it.")

    def meaning(self, facts: Facts) -> str:
        code, detail = one(facts, "code"), one(facts, "detail")
        if code and detail:
            return _("Provisioning failed with {code}, which is not in my catalogue. It says: “{detail}”.").format(
                code=code, detail=detail
            )
        if code:
            return _("Provisioning failed with {code}, which is not in my catalogue.").format(code=code)
        if detail:
            return _("Provisioning failed, and the error is new to me. It says: “{detail}”.").format(detail=detail)
        return _("Provisioning failed, and no error was given that I can read.")

    def fix(self, facts: Facts) -> str:
        return _(
            "An identity administrator reads the whole error in the provisioning log and, if need be, asks the vendor."
        )


class Unexplained(Sentences):
    """Nothing is wrong that could be read, and still nothing shows the account."""

    def answer(self, seen: Seen) -> str:
        words = (
            _("I cannot see whether {name} has an account in {app}: {because}.")
            if _silent(seen)
            else _("I cannot explain how {name} stands in {app}: {because}.")
        )
        return words.format(name=seen.name, app=seen.app, because=self.because(seen))

    def because(self, seen: Seen) -> str:
        if _silent(seen):
            return _("everything that I can read looks right, and the log does not mention them")
        return _("everything that I can read looks right")

    def who(self, seen: Seen) -> str:
        look = _("An identity administrator looks at the provisioning log in Entra; a ticket takes along what I found.")
        if _silent(seen):
            look = _(
                "The log tells of changes only, so an account that was made long ago is not in it. Provision now "
                "compares both sides and says what is there."
            )
        empty = seen.facts("empty")
        if not empty:
            return look
        doubt = _("Empty in the directory, and perhaps wanted by the app: {names}.").format(names=", ".join(empty))
        return f"{doubt} {look}"

    def kind_answer(self, seen: Seen) -> str:
        return _("I cannot see whether you have an account in {app}.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("Please try to sign in. If that does not work, open a ticket; what I found goes with it.")

    def meaning(self, facts: Facts) -> str:
        if facts.get("shape") in KNOWN_SHAPES:
            return _("Nothing that could be read explains it.")
        return _("I cannot make out a log row, an on-demand answer or an error text in this.")

    def fix(self, facts: Facts) -> str:
        if facts.get("shape") in KNOWN_SHAPES:
            return _("Provision the person on demand and look at the steps, or ask an identity administrator.")
        return _("Paste one row of the provisioning log, the answer of one on-demand run, or one error text.")


def _silent(seen: Seen) -> bool:
    """Whether the log was read and holds nothing about the person."""
    return seen.fact("log") == "empty"
