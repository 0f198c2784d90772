"""Causes that lie in the connection between the provisioning service and the app: they concern everybody."""

from cards.causes._seen import Facts, Seen, Sentences, quoted
from cards.causes.job import JobPaused
from cards.words import _
from provisioning.attempts import Step


class CredentialsRejected(JobPaused):
    """The token or password that was saved for the job is not taken any more."""

    def answer(self, seen: Seen) -> str:
        return super().answer(seen) if seen.finding.step is Step.JOB else Sentences.answer(self, seen)

    def because(self, seen: Seen) -> str:
        return _("the app rejects the credentials that were saved for provisioning")

    def who(self, seen: Seen) -> str:
        return " ".join((_("This concerns everybody, not only {name}.").format(name=seen.name), self.mend(seen)))

    def mend(self, seen: Seen) -> str:
        """Who does what, after it was said that it concerns everybody."""
        return _(
            "The administrator of {app} makes a new token; an identity administrator saves it in Entra, tests the "
            "connection and starts provisioning again."
        ).format(app=seen.app)

    def kind_answer(self, seen: Seen) -> str:
        return _("The sync of accounts to {app} has a known fault.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("This concerns everybody, and IT has to mend it. There is nothing you need to change.")

    def meaning(self, facts: Facts) -> str:
        return _("The app rejects the credentials of the provisioning job: the token ran out, was revoked or is wrong.")

    def fix(self, facts: Facts) -> str:
        return _(
            "The administrator of the app makes a new token; an identity administrator saves it, tests the connection "
            "and restarts the job."
        )


class EndpointUnreachable(CredentialsRejected):
    """Nobody answers at the app's address."""

    def because(self, seen: Seen) -> str:
        return _("Entra cannot reach the app")

    def mend(self, seen: Seen) -> str:
        said = _(
            "The administrator of {app} checks whether its address is open to Entra (firewall, certificate, the app's "
            "plan); then an identity administrator tests the connection."
        ).format(app=seen.app)
        return " ".join(filter(None, (said, quoted(seen))))

    def meaning(self, facts: Facts) -> str:
        return _("Entra cannot reach the app: firewall, certificate, a private address, or a plan without this access.")

    def fix(self, facts: Facts) -> str:
        return _("Make the app's address reachable for Entra, then test the connection and restart the job.")


class WrongEndpoint(EndpointUnreachable):
    """Something answers at the tenant URL that is not the app's SCIM side."""

    def because(self, seen: Seen) -> str:
        return _("the tenant URL of its provisioning does not lead to the app's SCIM interface")

    def mend(self, seen: Seen) -> str:
        said = _(
            "An identity administrator compares the tenant URL in Entra with the guide of {app}; its administrator "
            "confirms that the interface is switched on."
        ).format(app=seen.app)
        return " ".join(filter(None, (said, quoted(seen))))

    def meaning(self, facts: Facts) -> str:
        return _("The tenant URL does not lead to the app's SCIM interface, or that interface does not know the probe.")

    def fix(self, facts: Facts) -> str:
        return _("Correct the tenant URL by the app's guide, then test the connection and restart the job.")
