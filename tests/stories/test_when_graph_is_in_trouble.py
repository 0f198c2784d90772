"""Graph throttles, fails, forgets our token and writes its log late: the answer says what is known, and no more."""

from tests.stories.house import House


async def test_a_busy_graph_is_asked_again_after_the_time_it_names(house: House) -> None:
    await house.play("/faults", {"failNext": [{"path": "users", "status": 429, "times": 2, "retryAfter": 1}]})
    card = await house.teams.say(house.person("aisha"), "why can't José get into AskCody")
    assert "mail" in card.text
    assert (await house.counters())["users"] >= 3


async def test_an_expired_token_is_renewed_and_nobody_notices(house: House) -> None:
    aisha = house.person("aisha")
    await house.teams.say(aisha, "how is AskCody syncing")
    await house.play("/tokens/expire", {})
    card = await house.teams.say(aisha, "why can't José get into AskCody")
    assert "mail" in card.text


async def test_a_log_that_cannot_be_read_is_named_and_not_taken_for_empty(house: House) -> None:
    refused = {"path": "auditLogs", "method": "GET", "status": 403, "times": 20, "code": "Authorization_RequestDenied"}
    await house.play("/faults", {"failNext": [refused]})
    card = await house.teams.say(house.person("aisha"), "status elin in AskCody")
    assert "could not read" in card.text
    assert "has an account in AskCody" not in card.text.splitlines()[0]


async def test_a_graph_that_is_down_is_said_to_be_down_and_a_human_can_still_be_asked(house: House) -> None:
    aisha = house.person("aisha")
    await house.teams.say(aisha, "status elin in AskCody")
    away = {"path": "servicePrincipals", "status": 503, "times": 200, "retryAfter": 30}
    await house.play("/faults", {"failNext": [away]})
    card = await house.teams.say(aisha, "why can't José get into AskCody")
    assert "José García" not in card.text or "could not read" in card.text
    ticket = await house.teams.say(aisha, "I need a human: Graph is away")
    assert "SD-" in ticket.text


async def test_an_on_demand_call_that_is_throttled_waits_and_then_succeeds_once(house: House) -> None:
    aisha = house.person("aisha")
    card = await house.teams.say(aisha, "why can't José get into AskCody")
    await house.set_mail("jose", "jose@fabrikam.example")
    busy = {"path": "provisionOnDemand", "method": "POST", "status": 429, "times": 1, "retryAfter": 1}
    await house.play("/faults", {"failNext": [busy]})
    await house.teams.click(aisha, card, "provision")
    await house.teams.see(lambda shown: shown.id == card.id and "is provisioned" in shown.text, what="the success")
    assert (await house.counters())["provisionOnDemand"] == 2, "one refused call, one that counted"


async def test_an_on_demand_call_without_an_answer_is_looked_up_and_never_repeated(house: House) -> None:
    aisha = house.person("aisha")
    card = await house.teams.say(aisha, "why can't José get into AskCody")
    await house.set_mail("jose", "jose@fabrikam.example")
    lost = {"path": "provisionOnDemand", "method": "POST", "status": 504, "times": 1}
    await house.play("/faults", {"failNext": [lost]})
    await house.teams.click(aisha, card, "provision")
    await house.play("/cycle", {"app": "AskCody"})
    done = await house.teams.see(
        lambda shown: shown.id == card.id and "is provisioned" in shown.text, what="the trace that the log shows"
    )
    assert "provision" not in done.buttons
    assert (await house.counters())["provisionOnDemand"] == 1


async def test_the_other_documented_answer_shape_reads_the_same(house: House) -> None:
    aisha = house.person("aisha")
    await house.play("/faults", {"onDemandShape": "A"})
    card = await house.teams.say(aisha, "why can't José get into AskCody")
    await house.teams.click(aisha, card, "provision")
    failed = await house.teams.see(
        lambda shown: shown.id == card.id and "was not provisioned" in shown.text, what="the failure"
    )
    assert "mail" in failed.text
