"""One on-demand run: sent once, and believed only as far as Graph said something."""

import json
from typing import Any

import pytest

from provisioning.attempts import Step, Verdict
from provisioning.errors import NotAllowedError, NotThereError, RefusedError, TryLaterError, UncertainError
from provisioning.graph import GraphClient, GraphLevers, GraphReader
from provisioning.model import App
from tests.provisioning.graph.fake import FakeGraph, Reply, refusal

APP = App(id="sp-1", app_id="app-1", name="AskCody")
JOB = "scim.0123.abc/d"
WHERE = "/servicePrincipals/sp-1/synchronization/jobs/scim.0123.abc%2Fd/provisionOnDemand"
SUCCESS = {"key": json.dumps({"result": "Success", "details": {}}), "value": "{}"}


@pytest.fixture
def levers(client: GraphClient) -> GraphLevers:
    return GraphLevers(client)


async def pull(levers: GraphLevers) -> Any:
    return await levers.provision_on_demand(app=APP, job_id=JOB, rule_id="rule-1", person_id="u-1")


async def test_the_order_is_wrapped_as_graph_wants_it(levers: GraphLevers, fake: FakeGraph) -> None:
    fake.on(WHERE, Reply(body=SUCCESS), method="POST")
    answer = await pull(levers)
    assert answer.verdict is Verdict.SUCCESS
    assert answer.request_id == "req-1"
    assert fake.heard[0].body == {
        "parameters": [{"ruleId": "rule-1", "subjects": [{"objectId": "u-1", "objectTypeName": "User"}]}]
    }


async def test_a_failure_inside_a_200_is_a_failure(levers: GraphLevers, fake: FakeGraph) -> None:
    entry = {"statusInfo": {"status": "Failure", "errorCode": "EntryConflict", "reason": "taken"}, "action": "Create"}
    key = "Microsoft.Identity.Health.CPP.Common.DataContracts.SyncFabric.StatusInfo"
    fake.on(WHERE, Reply(body={"key": key, "value": json.dumps([entry])}), method="POST")
    answer = await pull(levers)
    assert answer.verdict is Verdict.FAILURE
    assert answer.error.code == "EntryConflict"


@pytest.mark.parametrize("body", ["", "<html>", "[]", '"done"', '{"key": null, "value": null}', "{}"])
async def test_an_answer_of_no_known_shape_claims_nothing(levers: GraphLevers, fake: FakeGraph, body: str) -> None:
    fake.on(WHERE, Reply(body=body), method="POST")
    answer = await pull(levers)
    assert (answer.readable, answer.verdict, answer.request_id) == (False, Verdict.UNKNOWN, "req-1")
    assert len(fake.heard) == 1


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (refusal(400, "RequestParameterInvalid"), RefusedError, "RequestParameterInvalid"),
        (refusal(400, "CredentialsMissing"), RefusedError, "CredentialsMissing"),
        (refusal(403, "Authorization_RequestDenied"), NotAllowedError, "Authorization_RequestDenied"),
        (refusal(404, "Request_ResourceNotFound"), NotThereError, None),
        (refusal(429, "TooManyRequests", Retry_After="7.5"), TryLaterError, None),
        (refusal(503, "serviceNotAvailable"), TryLaterError, None),
        (refusal(401, "InvalidAuthenticationToken"), TryLaterError, None),
        (refusal(500, "InternalServerError"), UncertainError, None),
        (refusal(504, "GatewayTimeout"), UncertainError, None),
        (Reply(drop=True), UncertainError, None),
    ],
)
async def test_no_run_is_repeated_and_every_refusal_has_its_word(
    levers: GraphLevers, fake: FakeGraph, reply: Reply, kind: type[Exception], code: str | None
) -> None:
    fake.on(WHERE, reply, Reply(body=SUCCESS), method="POST")
    with pytest.raises(kind) as caught:
        await pull(levers)
    assert getattr(caught.value, "code", None) == code
    assert "José" not in str(caught.value)
    assert len(fake.heard) == 1


async def test_graphs_own_wait_is_passed_on(levers: GraphLevers, fake: FakeGraph) -> None:
    fake.on(WHERE, refusal(429, Retry_After="7.5"), method="POST")
    with pytest.raises(TryLaterError) as caught:
        await pull(levers)
    assert caught.value.wait == 7.5


async def test_a_run_without_an_answer_in_time_is_uncertain(
    levers: GraphLevers, fake: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provisioning.graph.levers.LONGEST", 0.1)
    fake.on(WHERE, Reply(hang=True), method="POST")
    with pytest.raises(UncertainError):
        await pull(levers)
    assert len(fake.heard) == 1


async def test_an_impatient_question_does_not_cut_a_run_short(
    levers: GraphLevers, fake: FakeGraph, client: GraphClient
) -> None:
    fake.on(WHERE, Reply(body=SUCCESS), method="POST")
    with client.asking(0.0):
        assert (await pull(levers)).verdict is Verdict.SUCCESS


async def test_a_mute_401_names_its_three_known_reasons(levers: GraphLevers, fake: FakeGraph) -> None:
    fake.on(WHERE, refusal(401, "UnknownError", ""), method="POST")
    with pytest.raises(NotAllowedError) as caught:
        await pull(levers)
    said = str(caught.value)
    assert "owner" in said
    assert "token" in said
    assert "quarantine" in said
    assert caught.value.code == "UnknownError"


class TestInTheCompany:
    async def test_jose_fails_until_his_mail_is_there(self, reader: GraphReader, graph: GraphClient) -> None:
        askcody = next(app for app in await reader.apps() if app.name == "AskCody")
        jose = (await reader.find_people("jose@fabrikam.example"))[0]
        seen = await reader.evidence(jose.id, askcody)
        assert seen.job
        assert seen.schema
        assert seen.schema.rule_id
        answer = await GraphLevers(graph).provision_on_demand(
            app=askcody, job_id=seen.job.id, rule_id=seen.schema.rule_id, person_id=jose.id
        )
        assert answer.readable
        assert answer.verdict in (Verdict.FAILURE, Verdict.SKIPPED)
        assert {report.step for report in answer.steps} >= {Step.IMPORT, Step.SCOPING}

    async def test_a_rule_of_another_job_is_refused(self, reader: GraphReader, graph: GraphClient) -> None:
        askcody = next(app for app in await reader.apps() if app.name == "AskCody")
        job = await reader.job(askcody)
        assert job
        with pytest.raises(RefusedError) as caught:
            await GraphLevers(graph).provision_on_demand(app=askcody, job_id=job.id, rule_id="no", person_id="u-1")
        assert caught.value.code == "RequestParameterInvalid"

    async def test_an_unknown_job_is_not_there(self, reader: GraphReader, graph: GraphClient) -> None:
        askcody = next(app for app in await reader.apps() if app.name == "AskCody")
        with pytest.raises(NotThereError):
            await GraphLevers(graph).provision_on_demand(app=askcody, job_id="no", rule_id="r", person_id="u-1")
