"""Faults that pass: the service tries again by itself, and somebody is called only when they stay."""

from cards.causes._seen import Facts, Mended, Seen, one
from cards.times import instant_and_age
from cards.words import _, ngettext


class AppUnavailable(Mended):
    """The app was down, or took too long."""

    def answer(self, seen: Seen) -> str:
        return _("{name} is not in {app} yet: {because}.").format(
            name=seen.name, app=seen.app, because=self.because(seen)
        )

    def because(self, seen: Seen) -> str:
        return _("the app answered with a fault of its own, or not in time")

    def mend(self, seen: Seen) -> str:
        alike = seen.fact("identical")
        if alike:
            return ngettext(
                "{n} attempt failed in the same words, so it does not pass by itself. Ask the vendor of {app}, with "
                "the log row.",
                "{n} attempts in a row failed in the same words, so it does not pass by itself. Ask the vendor of "
                "{app}, with the log row.",
                int(alike),
            ).format(n=alike, app=seen.app)
        return self._again(seen)

    def _again(self, seen: Seen) -> str:
        row = seen.diagnosis.last_event
        due = row.error.next_retry if row and row.error else None
        if due is None or due <= seen.diagnosis.as_of:
            return _("Nobody has to do anything yet: Microsoft tries again by itself, usually within 40 minutes.")
        return _("Nobody has to do anything yet: Microsoft tries again by itself, {when}.").format(
            when=instant_and_age(due, seen.diagnosis.as_of)
        )

    def kind_answer(self, seen: Seen) -> str:
        return _("{app} could not take your account just now.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        if seen.fact("identical"):
            return _("It did not pass by itself, so IT has to look at it. Please open a ticket.")
        return _("You need not do anything: it is tried again by itself. If it stays like this, open a ticket.")

    def meaning(self, facts: Facts) -> str:
        return self._lasting(facts, _("The app answered with a fault of its own, or not in time."))

    def fix(self, facts: Facts) -> str:
        return _("Wait for the next try; if the same words come three times, ask the vendor.")

    def _lasting(self, facts: Facts, said: str) -> str:
        alike = one(facts, "identical")
        if not alike:
            return said
        return f"{said} " + _("It failed {n} times in the same words, so it does not pass by itself.").format(n=alike)


class AppThrottling(AppUnavailable):
    """The app takes no more requests for now."""

    def because(self, seen: Seen) -> str:
        return _("the app takes no more requests for now")

    def meaning(self, facts: Facts) -> str:
        return self._lasting(facts, _("The app refused, because it got too many requests."))


class TransportError(AppUnavailable):
    """The connection broke on the way."""

    def because(self, seen: Seen) -> str:
        return _("the connection to the app broke")

    def meaning(self, facts: Facts) -> str:
        return self._lasting(facts, _("The connection to the app broke: network, proxy or encryption."))


class ServiceFault(AppUnavailable):
    """Microsoft's own service met a fault."""

    def because(self, seen: Seen) -> str:
        return _("Microsoft's provisioning service met a fault of its own")

    def who(self, seen: Seen) -> str:
        return self._again(seen)

    def kind_answer(self, seen: Seen) -> str:
        return _("Your account in {app} could not be set up just now.").format(app=seen.app)

    def meaning(self, facts: Facts) -> str:
        return _("Microsoft's provisioning service met a fault of its own.")

    def fix(self, facts: Facts) -> str:
        return _("Wait for the next try; if it stays, an identity administrator asks Microsoft's support.")
