"""What the sentences about a cause are made of: the finding, who it is about, and words for attributes and places."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cards._kit import safe
from cards.words import _
from provisioning.model import Diagnosis, Finding

Facts = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Seen:
    """One finding in its diagnosis. Everything that comes out is fit to stand in a card's text."""

    finding: Finding
    diagnosis: Diagnosis

    @property
    def name(self) -> str:
        """The person's name, the sign-in name where there is none."""
        return safe(self.diagnosis.person.name or self.diagnosis.person.upn)

    @property
    def app(self) -> str:
        """The application's name."""
        return safe(self.diagnosis.app.name)

    @property
    def place(self) -> str:
        """Where the person's data can be changed: the source of authority refuses to be bypassed."""
        if self.diagnosis.person.synced_from_ad:
            return _("in on-premises Active Directory (the account is synced from there, and Entra refuses the change)")
        return _("in Entra")

    def fact(self, key: str) -> str:
        """One fact; "" where it is not given."""
        return one(self.finding.facts, key)

    def facts(self, key: str) -> tuple[str, ...]:
        """One fact as its parts."""
        return many(self.finding.facts, key)


class Sentences(ABC):
    """What is said about one cause. Agents hear the exact version, the person concerned the kind one."""

    def answer(self, seen: Seen) -> str:
        """For agents: the one sentence that leads the card. Who is to be updated has an account already."""
        if seen.fact("action") == "update":
            return _("The account of {name} in {app} could not be updated: {because}.").format(
                name=seen.name, app=seen.app, because=self.because(seen)
            )
        return _("{name} cannot get into {app}: {because}.").format(
            name=seen.name, app=seen.app, because=self.because(seen)
        )

    @abstractmethod
    def because(self, seen: Seen) -> str:
        """For agents: the cause as the end of a sentence, without a full stop."""

    @abstractmethod
    def who(self, seen: Seen) -> str:
        """For agents: who has to do what, and where."""

    @abstractmethod
    def kind_answer(self, seen: Seen) -> str:
        """For the person: what happens."""

    @abstractmethod
    def kind_who(self, seen: Seen) -> str:
        """For the person: who acts, and when."""

    @abstractmethod
    def meaning(self, facts: Facts) -> str:
        """What the cause means, without knowing the person (for a pasted log row)."""

    @abstractmethod
    def fix(self, facts: Facts) -> str:
        """What mends it, without knowing the person."""


class Mended(Sentences):
    """One that somebody mends, whom the other side's own words help."""

    def who(self, seen: Seen) -> str:
        return with_words(self.mend(seen), seen)

    @abstractmethod
    def mend(self, seen: Seen) -> str:
        """Who does what; the other side's words follow it."""


def many(facts: Facts, key: str) -> tuple[str, ...]:
    """A fact's values, safe for a text; empty where it is not given."""
    value = facts.get(key, ())
    return tuple(safe(part) for part in ((value,) if isinstance(value, str) else value) if part)


def one(facts: Facts, key: str) -> str:
    """A fact as one text; "" where it is not given."""
    return ", ".join(many(facts, key))


def attribute(name: str) -> str:
    """A directory attribute in plain words; its own name where it has none."""
    words = {
        "mail": _("the mail address"),
        "givenName": _("the first name"),
        "surname": _("the last name"),
        "displayName": _("the display name"),
        "userPrincipalName": _("the sign-in name"),
        "department": _("the department"),
        "country": _("the country"),
        "companyName": _("the company"),
        "jobTitle": _("the job title"),
        "employeeId": _("the employee number"),
        "employeeType": _("the kind of employment"),
        "usageLocation": _("the usage location"),
        "officeLocation": _("the office"),
        "city": _("the city"),
        "mobilePhone": _("the mobile number"),
        "mailNickname": _("the mail alias"),
        "manager": _("the manager"),
    }
    return words.get(name, name)


def listed(words: Sequence[str]) -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return _("{some} and {last}").format(some=", ".join(words[:-1]), last=words[-1])


def left_out(words: "Sentences", seen: Seen) -> str:
    """No claim about the app itself: an account from before may well be there."""
    return _("Provisioning leaves {name} out of {app}: {because}.").format(
        name=seen.name, app=seen.app, because=words.because(seen)
    )


def quoted(seen: Seen) -> str:
    """The other side's own words, for agents; "" where it said nothing."""
    detail = seen.fact("detail")
    return _("It says: “{detail}”").format(detail=detail) if detail else ""


def with_words(said: str, seen: Seen) -> str:
    """Who does what, and what the other side said."""
    return " ".join(filter(None, (said, quoted(seen))))
