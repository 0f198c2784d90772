"""What is said about each cause, from real evidence through the real rules, and for a pasted error."""

from datetime import timedelta

import pytest

from cards import causes
from cards.causes import fix, meaning, quarantine_fix, quarantine_reason
from cards.voice import Voice
from provisioning.diagnosis import diagnose
from provisioning.evidence import Evidence
from provisioning.model import Assignment, Cause, JobState
from provisioning.remedies import finding
from tests import worlds
from tests.cards import examples


def told(seen: Evidence, cause: Cause) -> tuple[str, str]:
    """What an agent hears about real evidence."""
    diagnosis = diagnose(seen)
    assert diagnosis.root.cause is cause
    return causes.answer(diagnosis, Voice.AGENT), causes.who(diagnosis, Voice.AGENT)


def test_an_empty_mail_is_named_in_plain_words_and_by_its_attribute() -> None:
    answer, who = told(worlds.lacking("mail"), Cause.MISSING_ATTRIBUTE)
    assert answer == "José García cannot get into AskCody: the mail address is empty."
    assert who == "Whoever keeps the data of José García fills in **mail** in Entra."


def test_a_failure_over_a_missing_value_names_it_too() -> None:
    row = worlds.failed(worlds.SERVICE_INCOMPATIBLE, examples.DETAIL)
    answer, _who = told(worlds.lacking("mail", log=(row,)), Cause.MISSING_ATTRIBUTE)
    assert answer == "José García cannot get into AskCody: the mail address is empty."


def test_a_filter_is_told_with_its_clause_and_the_persons_value() -> None:
    group = worlds.filter_group(worlds.clause("department", "EQUALS", "Support"))
    answer, who = told(worlds.healthy(schema=worlds.schema(group), log=()), Cause.FILTERED_OUT)
    assert "wants “department EQUALS Support”, and the value is “Sales”" in answer
    assert "the filter “Only sales”" in who


def test_an_empty_value_in_a_filter_is_called_empty() -> None:
    group = worlds.filter_group(worlds.clause("department", "EQUALS", "Support"))
    seen = worlds.lacking("department", schema=worlds.schema(group))
    assert "and the value is empty" in told(seen, Cause.FILTERED_OUT)[0]


def test_a_filter_that_only_the_log_tells_of_claims_no_value() -> None:
    root = finding(Cause.FILTERED_OUT, clause="department EQUALS Support", why="log")
    assert "value" not in causes.answer(examples.diagnosis(root), Voice.AGENT)


def test_both_groups_of_a_nesting_are_named() -> None:
    nested = ((worlds.group("AskCody users"), worlds.group("Sales Málaga")),)
    answer, who = told(worlds.healthy(assignments=(), nested=nested, log=()), Cause.NESTED_GROUP_ONLY)
    assert "a member only of Sales Málaga, a group inside the assigned group AskCody users" in answer
    assert "adds José García to AskCody users directly" in who


def test_who_owns_the_app_is_named_to_agents_when_nobody_assigned_it() -> None:
    answer, who = told(worlds.healthy(assignments=(), log=()), Cause.NOT_ASSIGNED)
    assert answer == "Provisioning leaves José García out of AskCody: nobody has assigned the app to them."
    assert "the owner of the app (Ines Berg)" in who


def test_a_quarantine_gives_reason_remedy_next_try_and_end() -> None:
    spoilt = worlds.quarantined_job("EncounteredEscrowProportionThreshold", "None")
    answer, who = told(worlds.healthy(job=spoilt, log=()), Cause.JOB_QUARANTINED)
    assert "too large a share of the people failed" in answer
    assert "mends what fails in the job's log and then restarts the job" in who
    assert "(in about 6 hours)" in who
    assert "After four weeks" in who


def test_a_paused_job_concerns_everybody() -> None:
    job = worlds.job(state=JobState.PAUSED, raw_state="Paused", scheduled=False)
    answer, who = told(worlds.healthy(job=job, log=()), Cause.JOB_PAUSED)
    assert answer == "Nobody new gets into AskCody at present: its provisioning job is paused."
    assert who.startswith("This concerns everybody, not only José García.")


def test_a_new_assignment_waits_for_the_next_cycle_and_the_card_says_about_when() -> None:
    fresh = (Assignment(since=worlds.NOW - timedelta(minutes=5)),)
    answer, who = told(worlds.healthy(assignments=fresh, log=()), Cause.AWAITING_CYCLE)
    assert answer == "José García is not in AskCody yet: the app was assigned after the last sync."
    assert "(in about 25 minutes)" in who


@pytest.mark.parametrize("because", ["created", "assigned", "changed", "fixed"])
def test_every_reason_to_wait_has_words_of_its_own(because: str) -> None:
    unknown = examples.diagnosis(finding(Cause.AWAITING_CYCLE))
    known = examples.diagnosis(finding(Cause.AWAITING_CYCLE, because=because))
    assert causes.answer(known, Voice.AGENT) != causes.answer(unknown, Voice.AGENT)


def test_a_log_that_lags_is_told() -> None:
    late = examples.diagnosis(finding(Cause.AWAITING_CYCLE, because="changed", log="late"))
    assert "the log does not show it yet" in causes.answer(late, Voice.AGENT)


def test_a_taken_value_is_quoted() -> None:
    row = worlds.failed(worlds.FILTERING, "User already exists", status="Conflict", scim_type="uniqueness")
    answer, who = told(worlds.healthy(log=(row,)), Cause.VALUE_TAKEN_IN_APP)
    assert "another account there already uses" in answer
    assert who.startswith("The administrator of AskCody finds the other account there")


def test_an_unknown_code_is_admitted_and_shown() -> None:
    row = worlds.failed("ContosoMoonPhaseMismatch", "The moon is not full.")
    answer, who = told(worlds.healthy(log=(row,)), Cause.UNKNOWN_CODE)
    assert "it failed with ContosoMoonPhaseMismatch, which I do not know" in answer
    assert "The moon is not full." in who


def test_an_existing_account_is_named() -> None:
    assert "The account there is jose@fabrikam.example." in told(worlds.healthy(), Cause.PROVISIONED)[1]


def test_a_restored_account_has_a_deadline() -> None:
    deleted = worlds.healthy(person=worlds.jose(deleted=worlds.NOW - 3 * worlds.DAY))
    assert "That works until about {{DATE(2026-03-29T09:30:00Z,SHORT)}}." in told(deleted, Cause.SOFT_DELETED)[1]


@pytest.mark.parametrize("voice", list(Voice))
@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_whole_sentences_even_without_a_single_fact(cause: Cause, voice: Voice) -> None:
    bare = examples.diagnosis(finding(cause), job=None, next_cycle=None)
    for words in (causes.answer(bare, voice), causes.who(bare, voice), meaning(cause, {}), fix(cause, {})):
        assert words[0].isupper()
        assert words.endswith(".")
        assert "None" not in words
        assert "{" not in words
    assert not causes.also(bare.root, bare).endswith(".")


def test_a_pasted_filter_error_names_its_clause_as_it_stands() -> None:
    words = meaning(Cause.FILTERED_OUT, {"clause": "proxyAddresses REGEX_MATCH [a-z]*"})
    assert "“proxyAddresses REGEX_MATCH [a-z]*”" in words, "plain text: nothing is escaped"


def test_a_pasted_missing_value_is_named() -> None:
    assert "the mail address and the last name are empty" in meaning(
        Cause.MISSING_ATTRIBUTE, {"attributes": ("mail", "surname")}
    )
    assert fix(Cause.MISSING_ATTRIBUTE, {"attributes": ("mail",)}).startswith("Fill in mail where")


def test_an_attribute_without_words_keeps_its_name_for_agents_and_loses_it_for_the_person() -> None:
    seen = examples.diagnosis(finding(Cause.MISSING_ATTRIBUTE, attributes=("extensionAttribute7",)))
    assert "extensionAttribute7 is empty" in causes.answer(seen, Voice.AGENT)
    assert "extensionAttribute7" not in causes.answer(seen, Voice.PERSON)


@pytest.mark.parametrize(
    "reason",
    [
        "EncounteredBaseEscrowThreshold",
        "EncounteredTotalEscrowThreshold",
        "EncounteredEscrowProportionThreshold",
        "EncounteredQuarantineException",
        "QuarantinedOnDemand",
        "QuarantineOnDemand",
        "TooManyDeletes",
        "IngestionInterrupted",
        "Unknown",
    ],
)
def test_every_quarantine_reason_of_graph_has_words(reason: str) -> None:
    assert reason not in quarantine_reason(reason)


def test_a_new_quarantine_reason_is_shown_as_it_came() -> None:
    assert quarantine_reason("SolarFlare") == "SolarFlare"


def test_too_many_removals_have_a_remedy_of_their_own() -> None:
    assert "pending removals" in quarantine_fix("TooManyDeletes")
    assert quarantine_fix("TooManyDeletes") != quarantine_fix("Unknown")
