"""What a case's card says and offers in each state."""

from dataclasses import replace
from typing import Any

import pytest

from cards._kit import walk
from cards.case import case_card
from cards.plain import buttons, plain_text
from cards.refusals import refusal_words
from cards.troubles import trouble_words
from cards.voice import Voice
from cards.words import use_language
from provisioning.attempts import StepReport, Verdict
from provisioning.beside import Alike
from provisioning.cases import WAITING, Case, CaseState, Refusal, Trouble
from provisioning.model import Assignment, Cause
from provisioning.remedies import finding
from tests import worlds
from tests.cards import examples


def agent(case: Case) -> str:
    return plain_text(case_card(case, Voice.AGENT))


def person(case: Case) -> str:
    return plain_text(case_card(case, Voice.PERSON))


def verbs(case: Case, voice: Voice = Voice.AGENT) -> set[str]:
    return {button.verb for button in buttons(case_card(case, voice)) if button.verb}


def test_the_answer_leads_in_one_bold_sentence() -> None:
    first = case_card(examples.case(examples.no_mail()), Voice.AGENT)["body"][0]["items"][0]
    assert first["weight"] == "Bolder"
    assert first["text"] == "José García cannot get into AskCody: the mail address is empty."


def test_data_is_filled_in_in_entra_when_it_is_kept_there() -> None:
    assert "fills in mail in Entra." in agent(examples.case(examples.no_mail()))


def test_data_is_filled_in_on_premises_when_the_account_is_synced_from_there() -> None:
    synced = replace(examples.no_mail(), person=worlds.jose(attributes={"mail": None}, synced_from_ad=True))
    words = agent(examples.case(synced))
    assert "fills in mail in on-premises Active Directory" in words
    assert "Entra refuses the change" in words


@pytest.mark.parametrize("state", sorted(CaseState))
def test_provision_now_is_offered_only_where_no_work_waits_and_nothing_is_proven(state: CaseState) -> None:
    case = examples.case(examples.no_mail(), state, refusal=Refusal.ALREADY_RUNNING)
    assert ("provision" in verbs(case)) == (state in {CaseState.LOOKED, CaseState.NOT_DONE})


def test_instead_of_the_button_stands_the_reason_why_it_is_not_there() -> None:
    case = examples.case(examples.not_allowed(finding(Cause.NOT_ASSIGNED), Refusal.NOT_ASSIGNED))
    assert "provision" not in verbs(case)
    assert "Provision now is not offered: The person is not assigned to the app." in agent(case)
    assert "it would disable the account" in agent(case)


def test_a_ticket_is_opened_once() -> None:
    assert "open_ticket" in verbs(examples.case(examples.no_mail()))
    ticketed = examples.case(examples.no_mail(), ticket=12)
    assert "open_ticket" not in verbs(ticketed)
    assert "Ticket: SD-12" in agent(ticketed)


@pytest.mark.parametrize("voice", list(Voice))
def test_every_state_can_be_refreshed(voice: Voice) -> None:
    assert all("refresh" in verbs(case, voice) for case in examples.by_state().values())


@pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.DONE}))
def test_nothing_is_called_provisioned_or_ready_before_the_proof(state: CaseState) -> None:
    case = examples.case(examples.no_mail(), state, answer=examples.answer(Verdict.SUCCESS))
    assert "is provisioned to" not in agent(case)
    assert "is in AskCody" not in agent(case)
    assert "is ready" not in person(case)


@pytest.mark.parametrize("state", sorted(WAITING))
def test_while_work_waits_the_card_says_who_started_it_and_when(state: CaseState) -> None:
    words = agent(examples.case(examples.no_mail(), state))
    assert "Started by Aisha Khan, 2026-03-02 09:30 UTC." in words
    assert "Aisha" not in person(examples.case(examples.no_mail(), state))


def test_running_says_how_long_it_usually_takes() -> None:
    for state in (CaseState.PROMISED, CaseState.CALLING):
        assert "usually takes under 30 seconds" in agent(examples.case(examples.no_mail(), state))


def test_done_names_the_row_that_proves_it_and_what_was_written() -> None:
    words = agent(examples.by_state()["done-proven-by-log"])
    assert "Verified in the provisioning log: “Create” succeeded, 2026-03-02 09:32 UTC, row row-9." in words
    assert "userName: (empty) → jose@fabrikam.example" in words


def test_done_without_a_row_rests_on_microsofts_own_word() -> None:
    words = agent(examples.by_state()["done-already-in-sync"])
    assert "José García is in AskCody, and everything there is already up to date." in words
    assert "Verified by Microsoft's answer" in words


def test_not_done_shows_the_reported_steps_the_error_and_the_new_diagnosis() -> None:
    words = agent(examples.by_state()["not-done-failed"])
    assert words.startswith("José García was not provisioned to AskCody: the mail address is empty.")
    assert "The four steps, as Microsoft reported them" in words
    assert "4 Act: ✗ failed – export as logged" in words
    assert f"The error says: “{examples.DETAIL}”" in words


def test_not_done_without_a_fault_in_the_diagnosis_gives_microsofts_reason() -> None:
    assert "Microsoft skipped it (SomethingNew)" in agent(examples.by_state()["not-done-skipped"])
    assert "Microsoft did not accept the run." in agent(examples.by_state()["not-done-not-asked"])
    assert "What was said: Authorization_RequestDenied" in agent(examples.by_state()["not-done-not-asked"])


@pytest.mark.parametrize(
    ("trouble", "because"),
    [
        (Trouble.BUSY, "Microsoft could not be asked."),
        (Trouble.NOT_TAKEN, "Microsoft did not accept the run."),
        (Trouble.LOG_FAILED, "the provisioning log shows that it did not succeed."),
        (Trouble.FAULT, "something went wrong in the desk."),
        (None, "it did not come to an end."),
    ],
)
def test_that_microsoft_could_not_be_asked_is_said_only_where_it_is_so(trouble: Trouble | None, because: str) -> None:
    seen = examples.diagnosis(finding(Cause.PROVISIONED))
    head = agent(examples.case(seen, CaseState.NOT_DONE, trouble=trouble)).splitlines()[0]
    assert head == f"José García was not provisioned to AskCody: {because}"


def test_a_failure_that_nothing_explains_is_not_explained_by_what_looks_right() -> None:
    case = examples.by_state()["not-done-unexplained"]
    assert agent(case).startswith("José García was not provisioned to AskCody: Microsoft reports a failure.")
    assert person(case).startswith("Your account in AskCody could not be set up just now.")


def test_an_account_that_the_run_took_away_is_not_called_a_failure_of_microsoft() -> None:
    assert "the run took the account away" in agent(examples.by_state()["not-done-took-away"]).splitlines()[0]


def test_a_check_that_gave_up_promises_no_change_by_itself() -> None:
    for words in (agent(examples.by_state()["checking-given-up"]), person(examples.by_state()["checking-given-up"])):
        assert "by itself" not in words
    assert "within half an hour" in agent(examples.by_state()["checking-given-up"])


def test_a_promise_that_was_put_back_says_why_it_waits() -> None:
    words = agent(examples.by_state()["promised-put-back"])
    assert "Microsoft was too busy" in words
    assert "I ask again by myself." in words


@pytest.mark.parametrize("trouble", list(Trouble))
def test_every_trouble_has_words_of_its_own(trouble: Trouble) -> None:
    case = examples.case(examples.no_mail(), CaseState.NOT_DONE, trouble=trouble.value, told="Ines Berg")
    others = {trouble_words(replace(case, trouble=other.value)) for other in Trouble if other is not trouble}
    assert trouble_words(case) not in {*others, "", trouble.value}


def test_troubles_are_told_in_the_readers_language() -> None:
    case = examples.case(examples.no_mail(), CaseState.NOT_DONE, trouble=Trouble.BUSY.value)
    with use_language("de"):
        german = trouble_words(case)
    assert german != trouble_words(case)


def test_a_wish_is_answered_by_whether_it_can_be_done_and_by_what_was_checked() -> None:
    words = agent(examples.by_state()["wish-fails"])
    assert words.startswith("José García can be provisioned to AskCody, but that would most likely fail now.")
    assert "✗ Empty: the mail address, so the run would most likely fail." in words
    assert "✓ Assigned directly." in words
    assert "[1] Provision now" in words


def test_a_wish_that_would_hurt_is_answered_with_no_and_no_button() -> None:
    words = agent(examples.by_state()["wish-refused"])
    assert words.startswith("I cannot provision José García to AskCody as it stands.")
    assert "it would disable the account" in words
    assert "] Provision" not in words


def test_a_wish_for_somebody_who_is_there_already_says_so() -> None:
    words = agent(examples.by_state()["wish-already"])
    assert words.startswith("José García is in AskCody already; a run would most likely change nothing.")


def test_a_run_that_may_be_useless_is_offered_as_what_it_is() -> None:
    words = agent(examples.by_state()["wish-harmless"])
    assert "only while the job is stopped" in words
    assert "[1] Provision anyway" in words


def test_the_person_hears_nothing_of_checks() -> None:
    assert "Checked before acting" not in person(examples.by_state()["wish-fails"])


def test_an_account_without_its_manager_is_no_plain_success() -> None:
    words = agent(examples.by_state()["done-in-part"])
    assert words.startswith("José García is in AskCody, but without this: the manager.")
    assert "The account itself was written." in words


def test_a_run_that_came_too_early_says_when_it_is_tried_again_and_can_be_called_off() -> None:
    words = agent(examples.by_state()["promised-too-early"])
    assert words.startswith("José García is not in AskCody yet; I try once more at 2026-03-02 09:33 UTC.")
    assert "[1] Call it off" in words


def test_without_an_answer_the_running_card_says_that_it_is_not_sent_again() -> None:
    assert "I do not send it again" in agent(examples.by_state()["calling-no-answer"])


def test_what_others_said_is_told_in_the_readers_language_where_it_is_a_sentence_of_ours() -> None:
    with use_language("de"):
        assert "Microsoft Graph drosselt den Desk." in agent(examples.by_state()["promised-put-back"])


def test_a_trouble_of_the_first_desks_is_shown_as_the_sentence_that_it_is() -> None:
    old = examples.case(examples.no_mail(), CaseState.NOT_DONE, trouble="The *log* has not shown it.")
    assert "The *log* has not shown it." in agent(old)
    assert trouble_words(examples.case(examples.no_mail())) == ""


def test_that_assigned_only_is_assumed_is_said_to_agents_alone() -> None:
    assumed = examples.by_cause()[Cause.NOT_ASSIGNED]
    known = replace(assumed, findings=(finding(Cause.NOT_ASSIGNED),))
    said = "I take it that the job provisions only assigned people"
    assert said in agent(examples.case(assumed))
    assert said not in agent(examples.case(known))
    assert said not in person(examples.case(assumed))


def test_the_provision_button_carries_the_version_that_it_was_drawn_from() -> None:
    case = examples.case(examples.no_mail(), version=7)
    (button,) = [one for one in buttons(case_card(case, Voice.AGENT)) if one.verb == "provision"]
    assert button.data == {"case": case.id, "version": 7}


def test_uncertain_says_that_nobody_knows_and_what_to_do() -> None:
    words = agent(examples.by_state()["uncertain"])
    assert words.startswith("Nobody knows yet whether José García was provisioned to AskCody.")
    assert "press Refresh" in words
    assert "no usable answer came" in words
    assert "[1] Provision now" in words, "half an hour of the log is no blind repeat"
    assert "The provisioning log cannot be read." in agent(
        examples.case(examples.no_mail(), CaseState.UNCERTAIN, trouble=Trouble.LOG_UNREADABLE)
    )


@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_refusal_has_words_of_its_own(refusal: Refusal) -> None:
    assert refusal_words(refusal) != refusal_words("something_new") == refusal_words(None)
    case = examples.case(examples.no_mail(), CaseState.REFUSED, refusal=refusal)
    assert refusal_words(refusal) in agent(case)


def test_the_steps_stand_in_the_portals_order_whatever_graph_did() -> None:
    shuffled = tuple(reversed(worlds.four_steps(export=Verdict.FAILURE)))[:3]
    words = agent(examples.case(replace(examples.no_mail(), steps=shuffled)))
    places = [words.index(name) for name in ("1 Import", "2 In scope", "3 Match", "4 Act")]
    assert places == sorted(places)
    assert "1 Import: ? not known" in words


@pytest.mark.parametrize(
    ("verdict", "predicted", "words"),
    [
        (Verdict.SUCCESS, False, "✓ done"),
        (Verdict.FAILURE, False, "✗ failed"),
        (Verdict.SKIPPED, False, "– skipped"),
        (Verdict.WARNING, False, "! done with a warning"),
        (Verdict.UNKNOWN, False, "? not known"),
        (Verdict.SUCCESS, True, "✓ expected to go well"),
        (Verdict.FAILURE, True, "✗ expected to fail"),
        (Verdict.SKIPPED, True, "– expected to be skipped"),
        (Verdict.WARNING, True, "! expected to go with a warning"),
        (Verdict.UNKNOWN, True, "? not known"),
    ],
)
def test_a_step_has_a_sign_and_a_word(verdict: Verdict, predicted: bool, words: str) -> None:
    steps = tuple(StepReport(step=one.step, verdict=verdict, predicted=predicted) for one in worlds.four_steps())
    assert f"1 Import: {words}\n" in agent(examples.case(replace(examples.no_mail(), steps=steps)))


def test_what_could_not_be_read_is_told_and_not_taken_for_absent() -> None:
    unread = {"log": "The permission is missing (403).", "owners": "Graph is busy.", "weather": "No idea."}
    seen = replace(examples.no_mail(), last_event=None, unread=unread)
    words = agent(examples.case(seen))
    assert "I could not read the provisioning log: The permission is missing (403)." in words
    assert "I could not read weather: No idea." in words
    assert "Last log row: not known" in words
    assert "I could not read everything" in person(examples.case(seen))


def test_other_findings_follow_the_answer() -> None:
    seen = examples.diagnosis(finding(Cause.ACCOUNT_DISABLED), finding(Cause.NOT_ASSIGNED))
    assert "Also found: nobody has assigned the app to them." in agent(examples.case(seen))
    assert "IT has one more thing to put right besides this." in person(examples.case(seen))


def test_a_finding_of_a_broken_job_is_called_provisional() -> None:
    assert "provisional: look again when it runs" in agent(examples.case(examples.quarantined()))


def test_an_obsolete_row_is_called_out_of_date() -> None:
    seen = replace(examples.no_mail(), event_obsolete=True)
    words = agent(examples.case(seen))
    assert "that row is probably out of date" in words
    assert "Next retry" not in words, "what an obsolete row announces is obsolete too"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "last cycle 09:15 UTC, every 40 minutes: about 2026-03-02 09:55 UTC (in about 25 minutes)"),
        (
            {"next_cycle": worlds.NOW - 5 * worlds.MINUTE},
            "last cycle 09:15 UTC, every 40 minutes: due now; it was expected 5 minutes ago",
        ),
        ({"next_cycle": worlds.NOW}, "last cycle 09:15 UTC, every 40 minutes: due now"),
        ({"next_cycle": None, "job": None}, "none: provisioning is not set up"),
        ({"next_cycle": None, "job": worlds.job(scheduled=False)}, "none until the job is started again"),
        ({"next_cycle": None, "job": worlds.job(last=None)}, "not known"),
        ({"unread": {"job": "Graph is busy."}}, "not known"),
        ({"job": worlds.quarantined_job()}, "2026-03-02 09:55 UTC (in about 25 minutes), Microsoft's own next try"),
    ],
)
def test_the_next_cycle_is_told_with_its_basis(changes: dict[str, Any], words: str) -> None:
    assert f"Next cycle: {words}" in agent(examples.case(replace(examples.no_mail(), **changes)))


def test_open_in_entra_leads_to_where_the_cause_is_mended() -> None:
    def url(case: Case) -> str:
        return next(button.url for button in buttons(case_card(case, Voice.AGENT)) if button.url)

    assert url(examples.case(examples.no_mail())).endswith(f"/userId/{worlds.JOSE_ID}")
    synced = replace(examples.no_mail(), person=worlds.jose(synced_from_ad=True))
    assert url(examples.case(synced)).endswith(f"/objectId/{worlds.APP_ID}")
    assert "ProvisioningManagement" in url(examples.case(examples.paused()))


def test_names_and_errors_cannot_put_links_or_markup_on_the_card() -> None:
    evil = worlds.jose(name="[José](https://evil.example) **x**")
    body = case_card(examples.case(replace(examples.no_mail(), person=evil)), Voice.AGENT)["body"]
    assert r"\[José\](https://evil.example) \*\*x\*\*" in body[0]["items"][0]["text"]


def test_the_longest_texts_still_fit() -> None:
    long = "é" * 50_000
    seen = replace(
        examples.no_mail(),
        person=worlds.jose(name=long),
        findings=(finding(Cause.UNKNOWN_CODE, code=long, detail=long), *(finding(Cause.NOT_ASSIGNED),) * 4),
        unread=dict.fromkeys(("person", "job", "schema", "assignments", "nested", "log", "owners"), long),
    )
    for state in CaseState:
        for voice in Voice:
            assert case_card(examples.case(seen, state, question=long, trouble=long), voice)


def test_the_x_ray_and_the_details_open_by_one_button() -> None:
    card = case_card(examples.case(examples.no_mail()), Voice.AGENT)
    shown = next(part for part in walk(card) if part.get("type") == "Action.ToggleVisibility")
    assert shown["targetElements"] == ["details"]
    xray = next(part for part in walk(card) if part.get("id") == "details")
    assert xray["isVisible"] is False
    lines = [part["text"] for part in walk(xray) if part.get("type") == "TextBlock"]
    assert 'emails\\[type eq "work"\\].value' in lines[1]
    assert "(empty)" in lines[1], "what is empty comes first"


def test_nobody_but_agents_sees_the_mappings() -> None:
    card = case_card(examples.case(examples.no_mail()), Voice.PERSON)
    assert not [part for part in walk(card) if part.get("id") == "details"]


def test_a_case_of_before_says_nothing_about_assignments() -> None:
    assert "Assigned:" not in agent(examples.case(replace(examples.no_mail(), assignments=None)))
    assert "Assigned: no, neither" in agent(examples.case(replace(examples.no_mail(), assignments=())))


def test_others_are_counted_no_further_than_was_read() -> None:
    since = worlds.NOW - 20 * worlds.MINUTE
    one = Alike(others=1, since=since, whole=True)
    words = agent(examples.case(replace(examples.no_mail(), alike=one)))
    assert "1 other person has met the same failure since 2026-03-02 09:10 UTC." in words
    many = Alike(others=7, since=since, whole=False)
    words = agent(examples.case(replace(examples.no_mail(), alike=many)))
    assert "At least 7 other people have met" in words


def test_what_a_run_would_do_now_is_said_without_trying_it() -> None:
    new = replace(examples.no_mail(), last_event=None)
    assert "If it ran now: it would most likely fail, because the mail address is empty" in agent(examples.case(new))
    failed = agent(examples.case(examples.no_mail()))
    assert "If it ran now" not in failed, "the head of the card says that it would fail again"
    out = replace(
        examples.no_mail(),
        findings=(finding(Cause.NOT_ASSIGNED),),
        steps=examples.NOT_IN_SCOPE,
        refusal="not_assigned",
        may_provision=False,
    )
    assert "If it ran now: the person would be skipped, because" in agent(examples.case(out))
    assert "If it ran now: nothing would happen: the job is stopped" in agent(examples.case(examples.paused()))


def test_a_room_is_said_to_be_one_and_a_missing_licence_is_named() -> None:
    assert "This is a meeting room's mailbox, not a person." in agent(
        examples.case(replace(examples.no_mail(), place="room"))
    )
    code = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
    seen = replace(examples.no_mail(), last_event=None, unread={"log": f"not_allowed: {code}"})
    assert "only to tenants with an Entra ID P1 or P2 licence" in agent(examples.case(seen))


def test_the_end_of_a_first_cycle_is_an_estimate_with_its_basis() -> None:
    began = (worlds.NOW - 120 * worlds.MINUTE).isoformat()
    paced = finding(Cause.INITIAL_CYCLE_RUNNING, done="40", whole="100", began=began)
    words = agent(examples.case(replace(examples.no_mail(), findings=(paced,))))
    assert "Next cycle: first cycle since 2026-03-02 07:30 UTC (2 hours ago), 40 of 100 parts done" in words
    assert "at this pace until about 2026-03-02 12:30 UTC" in words
    ruled = finding(Cause.INITIAL_CYCLE_RUNNING, entitled="1000", began=began)
    words = agent(examples.case(replace(examples.no_mail(), findings=(ruled,))))
    assert "rule of thumb for 1000 entries is between 10 minutes and 80 minutes in all" in words


def test_the_end_of_a_first_cycle_is_told_to_everybody_as_an_estimate() -> None:
    began = (worlds.NOW - 120 * worlds.MINUTE).isoformat()

    def told(**facts: str) -> tuple[str, str]:
        case = examples.case(examples.diagnosis(finding(Cause.INITIAL_CYCLE_RUNNING, more={"began": began, **facts})))
        return agent(case), person(case)

    for words in told(usual="10800"):
        assert "I estimate that it ends about 2026-03-02 10:30 UTC (in about 60 minutes)." in words
    assert "such cycles took 3 hours on average: until about 2026-03-02 10:30 UTC" in told(usual="10800")[0]
    for words in told(done="40", whole="100", usual="10800"):
        assert "I estimate that it ends about 2026-03-02 12:30 UTC" in words, "its own pace says more"
    for words in told(usual="3600"):
        assert "It has already taken longer than such cycles did before." in words
        assert "ends about" not in words
    for words in told(entitled="1000"):
        assert "By Microsoft's rule of thumb it takes between 10 minutes and 80 minutes in all." in words
    for words in told():
        assert "estimate" not in words and "rule of thumb" not in words


def test_a_removal_that_the_service_holds_back_is_called_so() -> None:
    row = worlds.event(action="stagedDelete", at=worlds.NOW)
    assert "Last log row: Removal held back: ✓ done" in agent(
        examples.case(replace(examples.no_mail(), last_event=row))
    )


def test_how_somebody_holds_the_app_is_said_with_role_date_and_kind_of_group() -> None:
    role = "role-1"
    direct = Assignment(role_id=role, since=worlds.NOW)
    rule = worlds.group("Sales", rule='user.department -eq "Sales"', security_enabled=False)
    seen = replace(examples.no_mail(), assignments=(direct, Assignment(group=rule)), roles={role: "User"})
    words = agent(examples.case(seen))
    assert "Assigned: directly, with the role “User”, since 2026-03-02" in words
    assert "by the group “Sales”, which is not security-enabled, which fills by a rule, with default access" in words


def test_whoever_waits_can_wish_to_be_told_and_nobody_else() -> None:
    states = examples.by_state()
    for name in ("promised", "calling", "checking", "not-done-failed", "refused-not-assigned", "uncertain"):
        assert "tell_me" in verbs(states[name]), name
    for name in states:
        if name.startswith("done"):
            assert "tell_me" not in verbs(states[name]), name
    there = examples.case(examples.diagnosis(finding(Cause.PROVISIONED)))
    assert "tell_me" not in verbs(there)
