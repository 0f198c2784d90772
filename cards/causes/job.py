"""Causes that lie in the app's provisioning job: they concern everybody, not one person."""

from datetime import datetime, timedelta

from cards._kit import safe
from cards.causes._seen import Facts, Seen, Sentences, listed, one
from cards.times import day, distance, instant_and_age
from cards.words import _

SWITCHED_OFF_AFTER = timedelta(days=28)  # in quarantine, counted from its beginning


class NotConfigured(Sentences):
    """Nobody ever set provisioning up for this app."""

    def answer(self, seen: Seen) -> str:
        return _("{app} makes no accounts by itself: {because}.").format(app=seen.app, because=self.because(seen))

    def because(self, seen: Seen) -> str:
        return _("provisioning was never set up for it")

    def who(self, seen: Seen) -> str:
        owners = [safe(owner) for owner in seen.diagnosis.app.owners]
        if owners:
            return _(
                "Accounts there are made another way: ask the owner of the app ({owners}), or an identity "
                "administrator sets provisioning up in Entra."
            ).format(owners=listed(owners))
        return _(
            "Accounts there are made another way: ask the administrator of the app, or an identity administrator sets "
            "provisioning up in Entra."
        )

    def kind_answer(self, seen: Seen) -> str:
        return _("{app} does not create accounts by itself.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("IT has to create yours by hand. Please open a ticket.")

    def meaning(self, facts: Facts) -> str:
        return _("Provisioning was never set up for this app.")

    def fix(self, facts: Facts) -> str:
        return _("Create the account the way this app does it, or set provisioning up in Entra.")


class JobPaused(Sentences):
    """Somebody stopped the job."""

    def answer(self, seen: Seen) -> str:
        return _("Nobody new gets into {app} at present: {because}.").format(app=seen.app, because=self.because(seen))

    def because(self, seen: Seen) -> str:
        return _("its provisioning job is paused")

    def who(self, seen: Seen) -> str:
        return _(
            "This concerns everybody, not only {name}. An identity administrator finds out why the job was stopped "
            "and starts it again in Entra."
        ).format(name=seen.name)

    def kind_answer(self, seen: Seen) -> str:
        return _("The sync of accounts to {app} is switched off at present.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("This concerns everybody, and IT has to switch it on again. There is nothing you need to change.")

    def meaning(self, facts: Facts) -> str:
        return _("The provisioning job is paused: somebody stopped it, and nothing is synced until it is started.")

    def fix(self, facts: Facts) -> str:
        return _("Find out why the job was stopped, then start it in Entra.")


class JobQuarantined(JobPaused):
    """Microsoft slowed the job down to once a day, because it kept failing."""

    def because(self, seen: Seen) -> str:
        return _("its provisioning job is in quarantine ({reason})").format(
            reason=quarantine_reason(seen.fact("reason"))
        )

    def who(self, seen: Seen) -> str:
        return " ".join(
            filter(
                None,
                (
                    _("This concerns everybody, not only {name}.").format(name=seen.name),
                    quarantine_fix(seen.fact("reason")),
                    self._times(seen),
                ),
            )
        )

    def _times(self, seen: Seen) -> str:
        job = seen.diagnosis.job
        if job is None or job.quarantine is None:
            return ""
        words = []
        if job.quarantine.next_attempt:
            words.append(
                _("Microsoft tries again by itself {when}.").format(
                    when=instant_and_age(job.quarantine.next_attempt, seen.diagnosis.as_of)
                )
            )
        if job.quarantine.since:
            words.append(
                _("After four weeks, about {day}, the job is switched off.").format(
                    day=day(job.quarantine.since + SWITCHED_OFF_AFTER)
                )
            )
        return " ".join(words)

    def kind_answer(self, seen: Seen) -> str:
        return _("The sync of accounts to {app} has a known fault.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("This concerns everybody, and IT has to mend it. There is nothing you need to change.")

    def meaning(self, facts: Facts) -> str:
        return _(
            "Microsoft put the provisioning job into quarantine: {reason}. It is tried at most once a day."
        ).format(reason=quarantine_reason(one(facts, "reason")))

    def fix(self, facts: Facts) -> str:
        return quarantine_fix(one(facts, "reason"))


class TooManyDeletes(JobQuarantined):
    """The job would remove more accounts than its limit allows, and waits for a human."""

    def because(self, seen: Seen) -> str:
        return _("its provisioning is held, because it would remove more accounts than its limit allows")

    def kind_answer(self, seen: Seen) -> str:
        return _("The sync of accounts to {app} is held for a check.").format(app=seen.app)

    def meaning(self, facts: Facts) -> str:
        return _(
            "The job would remove more accounts than its limit allows, so Microsoft holds it until somebody decides."
        )

    def fix(self, facts: Facts) -> str:
        return quarantine_fix("TooManyDeletes")


class JobDisabled(JobPaused):
    """The schedule is off, as after four weeks of quarantine."""

    def because(self, seen: Seen) -> str:
        if seen.fact("reason"):
            return _("its provisioning job was switched off after weeks in quarantine")
        return _("the schedule of its provisioning job is switched off")

    def who(self, seen: Seen) -> str:
        return _(
            "This concerns everybody, not only {name}. An identity administrator mends what stopped the job, then "
            "switches provisioning on and restarts it in Entra."
        ).format(name=seen.name)

    def meaning(self, facts: Facts) -> str:
        return _("The schedule of the job is off: Microsoft switches a job off after four weeks of quarantine.")

    def fix(self, facts: Facts) -> str:
        return _("Mend what stopped the job, then switch provisioning on and restart it in Entra.")


class JobStale(JobPaused):
    """The job says that it is active, and nothing comes of it."""

    def because(self, seen: Seen) -> str:
        if seen.fact("because") == "failing":
            return _("the cycles of its provisioning job fail as a whole")
        last = seen.finding.facts.get("last_cycle")
        at = datetime.fromisoformat(last) if isinstance(last, str) else None
        if at is None:
            return _("its provisioning job has not come round for hours")
        return _("its provisioning job ended its last cycle {age}").format(age=distance(at, seen.diagnosis.as_of))

    def who(self, seen: Seen) -> str:
        return _(
            "This concerns everybody, not only {name}. An identity administrator looks at the job in Entra, and "
            "restarts it if no cycle is under way."
        ).format(name=seen.name)

    def kind_answer(self, seen: Seen) -> str:
        return _("The sync of accounts to {app} is late.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("This concerns everybody, and IT has to look at it. There is nothing you need to change.")

    def meaning(self, facts: Facts) -> str:
        return _("The job counts as active, but no cycle has ended for longer than three rounds.")

    def fix(self, facts: Facts) -> str:
        return _("Look at the job in Entra; restart it if no cycle is under way.")


class NeverRan(JobPaused):
    """The job is set up and has not run once."""

    def because(self, seen: Seen) -> str:
        return _("its provisioning was set up, and has never run")

    def who(self, seen: Seen) -> str:
        return _(
            "This concerns everybody, not only {name}. An identity administrator looks whether provisioning is "
            "switched on in Entra, and starts it."
        ).format(name=seen.name)

    def kind_answer(self, seen: Seen) -> str:
        return _("The sync of accounts to {app} has not started yet.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("This concerns everybody, and IT has to start it. There is nothing you need to change.")

    def meaning(self, facts: Facts) -> str:
        return _("The job is set up, and has not run once.")

    def fix(self, facts: Facts) -> str:
        return _("Switch provisioning on in Entra and start it.")


class DuplicateAppRoles(JobPaused):
    """Two roles of the app have one name."""

    def answer(self, seen: Seen) -> str:
        return Sentences.answer(self, seen)

    def because(self, seen: Seen) -> str:
        roles = seen.facts("roles")
        if not roles:
            return _("the app offers two roles of the same name")
        return _("the app offers more than one role named {roles}").format(
            roles=listed([f"“{role}”" for role in roles])
        )

    def who(self, seen: Seen) -> str:
        return _(
            "Connectors cannot tell such roles apart, and Microsoft puts the job into quarantine over it. An identity "
            "administrator renames or removes one in the app registration of {app}."
        ).format(app=seen.app)

    def kind_answer(self, seen: Seen) -> str:
        return _("The sync of accounts to {app} is not set up properly.").format(app=seen.app)

    def kind_who(self, seen: Seen) -> str:
        return _("This concerns everybody, and IT has to mend it. There is nothing you need to change.")

    def meaning(self, facts: Facts) -> str:
        return _("The app offers two roles of the same name, which connectors cannot tell apart.")

    def fix(self, facts: Facts) -> str:
        return _("Rename or remove one of the roles in the app registration, then restart the job.")


def quarantine_reason(reason: str) -> str:
    """Graph's quarantineReason in words, as part of a sentence; a reason that we do not know stays as it came."""
    many_failed = _("too many people failed")
    by_microsoft = _("Microsoft put it there by hand")
    words = {
        "EncounteredBaseEscrowThreshold": many_failed,
        "EncounteredTotalEscrowThreshold": many_failed,
        "EncounteredEscrowProportionThreshold": _("too large a share of the people failed"),
        "EncounteredQuarantineException": _("the app rejects the connection or its credentials"),
        "QuarantinedOnDemand": by_microsoft,
        "QuarantineOnDemand": by_microsoft,
        "TooManyDeletes": _("more accounts would be removed than the limit allows"),
        "IngestionInterrupted": _("reading the data was interrupted"),
        "Unknown": _("Microsoft names no reason"),
        "": _("Microsoft names no reason"),
    }
    return words.get(reason, reason)


def quarantine_fix(reason: str) -> str:
    """Who gets the job out of quarantine, and how."""
    if reason == "TooManyDeletes":
        return _(
            "An identity administrator looks through the pending removals, then allows them, or restores the people "
            "first and restarts the job."
        )
    if reason == "EncounteredQuarantineException":
        return _(
            "The administrator of the app checks the token and the address; an identity administrator tests the "
            "connection in Entra and then restarts the job."
        )
    return _("An identity administrator mends what fails in the job's log and then restarts the job.")
