"""Microsoft's own Python client reads every endpoint that the desk uses and finds typed values there."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from kiota_abstractions.api_error import APIError
from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration

from tests.sandbox.company import ADA, APP, BEN, DORA, JOB, RULE, TEAM, app_of, person_of

Json = dict[str, Any]


def asked(builder: Any, headers: dict[str, str] | None = None, **options: Any) -> RequestConfiguration[Any]:
    """Make the query parameters that a request builder of the client takes."""
    cls = next(each for name, each in vars(builder).items() if name.endswith("GetQueryParameters"))
    configuration: RequestConfiguration[Any] = RequestConfiguration(query_parameters=cls(**options))
    for name, value in (headers or {}).items():
        configuration.headers.add(name, value)
    return configuration


EVENTUAL = {"ConsistencyLevel": "eventual"}


@pytest.fixture
async def official(visit: Any) -> AsyncIterator[Callable[[Json], Any]]:
    """Open a company and give Microsoft's client for it."""
    from msgraph.graph_request_adapter import GraphRequestAdapter
    from msgraph.graph_service_client import GraphServiceClient

    opened: list[httpx.AsyncClient] = []

    async def client(world: Json) -> Any:
        visitor = await visit(world)
        http = httpx.AsyncClient(headers={"Authorization": f"Bearer {visitor.token}"})
        opened.append(http)
        adapter = GraphRequestAdapter(AnonymousAuthenticationProvider(), client=http)
        adapter.base_url = f"{visitor.company.origin}/v1.0"
        return GraphServiceClient(request_adapter=adapter)

    yield client
    for http in opened:
        await http.aclose()


async def test_it_reads_people(official: Any, world: Json) -> None:
    graph = await official(world)
    options = asked(type(graph.users), filter="mail eq 'ada@small.example'", select=["id", "createdDateTime"])
    page = await graph.users.get(options)
    assert [user.id for user in page.value] == [ADA]
    assert page.value[0].created_date_time.isoformat() == "2026-08-04T08:00:00+00:00"
    one = await graph.users.by_user_id("ada@small.example").get()
    assert (one.display_name, one.given_name) == ("Ada Ek", "Ada")
    found = await graph.users.get(asked(type(graph.users), EVENTUAL, search='"displayName:Ny"'))
    assert [user.id for user in found.value] == [BEN]


async def test_it_pages_by_the_link(official: Any, world: Json) -> None:
    graph = await official(world)
    first = await graph.users.get(asked(type(graph.users), top=3))
    second = await graph.users.with_url(first.odata_next_link).get()
    assert (len(first.value), len(second.value), second.odata_next_link) == (3, 1, None)


async def test_it_changes_a_person_and_meets_a_typed_refusal(official: Any, world: Json) -> None:
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError
    from msgraph.generated.models.user import User

    person_of(world, ADA)["onPremisesSyncEnabled"] = True
    graph = await official(world)
    await graph.users.by_user_id(BEN).patch(User(job_title="Boss"))
    assert (await graph.users.by_user_id(BEN).get()).job_title == "Boss"
    with pytest.raises(ODataError) as refused:
        await graph.users.by_user_id(ADA).patch(User(job_title="Boss"))
    error = refused.value.error
    assert error is not None
    assert error.code == "Request_BadRequest"
    assert refused.value.response_status_code == 400
    assert error.inner_error is not None
    assert error.inner_error.request_id


async def test_it_reads_memberships(official: Any, world: Json) -> None:
    from msgraph.generated.users.item.check_member_groups import check_member_groups_post_request_body as body

    graph = await official(world)
    dora = graph.users.by_user_id(DORA)
    assert [g.display_name for g in (await dora.member_of.graph_group.get()).value] == ["Inner circle"]
    assert len((await dora.transitive_member_of.graph_group.get()).value) == 2
    checked = await dora.check_member_groups.post(body.CheckMemberGroupsPostRequestBody(group_ids=[TEAM]))
    assert checked.value == [TEAM]
    members = (await graph.groups.by_group_id(TEAM).members.get()).value
    assert [type(each).__name__ for each in members] == ["User", "Group"]
    deep = (await graph.groups.by_group_id(TEAM).transitive_members.get()).value
    assert len(deep) == 3
    assert (await graph.groups.by_group_id(TEAM).get()).security_enabled is True


async def test_it_reads_grants_apps_and_owners(official: Any, world: Json) -> None:
    app_of(world)["owners"] = [ADA]
    graph = await official(world)
    grants = graph.users.by_user_id(ADA).app_role_assignments
    page = await grants.get(asked(type(grants), filter=f"resourceId eq {APP}"))
    assert (page.value[0].principal_type, page.value[0].app_role_id.hex[:8]) == ("Group", "44444444")
    apps = await graph.service_principals.get(
        asked(type(graph.service_principals), filter="startswith(displayName,'Ask')")
    )
    assert apps.value[0].app_roles[0].is_enabled is True
    app = graph.service_principals.by_service_principal_id(APP)
    assert (await app.get()).app_role_assignment_required is True
    assert (await app.app_role_assigned_to.get()).value[1].created_date_time.year == 2026
    assert (await app.owners.get()).value[0].id == ADA


async def test_it_assigns_and_unassigns(official: Any, world: Json) -> None:
    from uuid import UUID

    from msgraph.generated.models.app_role_assignment import AppRoleAssignment

    graph = await official(world)
    assigned = graph.service_principals.by_service_principal_id(APP).app_role_assigned_to
    given = AppRoleAssignment(principal_id=UUID(DORA), resource_id=UUID(APP), app_role_id=UUID(int=0))
    made = await assigned.post(given)
    assert made.principal_display_name == "Dora Hav"
    await assigned.by_app_role_assignment_id(made.id).delete()
    assert len((await assigned.get()).value) == 2


async def test_it_reads_the_job_and_its_schema(official: Any, world: Json) -> None:
    from msgraph.generated.models.synchronization_status_code import SynchronizationStatusCode
    from msgraph.generated.models.synchronization_task_execution_result import SynchronizationTaskExecutionResult

    graph = await official(world)
    jobs = graph.service_principals.by_service_principal_id(APP).synchronization.jobs
    job = (await jobs.get()).value[0]
    assert job.id == JOB
    assert job.status.code == SynchronizationStatusCode.Active
    assert job.status.last_execution.state == SynchronizationTaskExecutionResult.Succeeded
    assert job.status.steady_state_first_achieved_time.year == 2026
    assert job.schedule.interval.total_seconds() == 2400
    one = jobs.by_synchronization_job_id(JOB)
    assert (await one.get()).template_id == "scim"
    schema = await one.schema.get()
    mapping = schema.synchronization_rules[0].object_mappings[0]
    assert schema.synchronization_rules[0].id == RULE
    assert mapping.attribute_mappings[0].matching_priority == 1
    assert mapping.attribute_mappings[0].source.expression == "[userPrincipalName]"
    operators = await one.schema.filter_operators.get()
    assert "EQUALS" in [each.id for each in operators.value]
    await one.schema.patch(schema)
    assert (await one.schema.get()).directories[0].objects[0].attributes[0].name == "accountEnabled"


async def test_it_moves_the_job(official: Any, world: Json) -> None:
    from msgraph.generated.models.synchronization_job_restart_criteria import SynchronizationJobRestartCriteria
    from msgraph.generated.models.synchronization_job_restart_scope import SynchronizationJobRestartScope
    from msgraph.generated.models.synchronization_status_code import SynchronizationStatusCode
    from msgraph.generated.service_principals.item.synchronization.jobs.item.restart import (
        restart_post_request_body,
    )

    graph = await official(world)
    job = graph.service_principals.by_service_principal_id(APP).synchronization.jobs.by_synchronization_job_id(JOB)
    await job.pause.post()
    assert (await job.get()).status.code == SynchronizationStatusCode.Paused
    await job.start.post()
    criteria = SynchronizationJobRestartCriteria(reset_scope=SynchronizationJobRestartScope.Full)
    await job.restart.post(restart_post_request_body.RestartPostRequestBody(criteria=criteria))
    assert (await job.get()).status.code == SynchronizationStatusCode.Active


async def test_it_provisions_on_demand_and_reads_the_log(official: Any, world: Json) -> None:
    from msgraph.generated.models.provisioning_action import ProvisioningAction
    from msgraph.generated.models.provisioning_result import ProvisioningResult
    from msgraph.generated.models.synchronization_job_application_parameters import (
        SynchronizationJobApplicationParameters,
    )
    from msgraph.generated.models.synchronization_job_subject import SynchronizationJobSubject
    from msgraph.generated.service_principals.item.synchronization.jobs.item.provision_on_demand import (
        provision_on_demand_post_request_body as body,
    )

    graph = await official(world)
    job = graph.service_principals.by_service_principal_id(APP).synchronization.jobs.by_synchronization_job_id(JOB)
    subject = SynchronizationJobSubject(object_id=BEN, object_type_name="User")
    parameters = SynchronizationJobApplicationParameters(rule_id=RULE, subjects=[subject])
    pair = await job.provision_on_demand.post(body.ProvisionOnDemandPostRequestBody(parameters=[parameters]))
    assert pair.key.endswith("StatusInfo")
    logs = graph.audit_logs.provisioning
    wanted = f"jobId eq '{JOB}' and sourceIdentity/id eq '{BEN}'"
    row = (await logs.get(asked(type(logs), filter=wanted, top=5, orderby=["activityDateTime desc"]))).value[0]
    assert row.provisioning_action == ProvisioningAction.Create
    assert row.provisioning_status_info.status == ProvisioningResult.Success
    kinds = [step.provisioning_step_type for step in row.provisioning_steps[1:]]  # it cannot read "import"
    assert [kind.value for kind in kinds] == ["scoping", "matching", "export"]
    assert row.activity_date_time.year == 2026
    assert row.source_identity.id == BEN
    assert row.target_system.display_name == "AskCody"
    assert row.initiated_by.display_name == "sync-desk"
    assert row.duration_in_milliseconds >= 1
    assert row.modified_properties[0].new_value == "ben@small.example"


async def test_it_reads_audits_places_and_deleted_people(official: Any, world: Json) -> None:
    from msgraph.generated.models.user import User

    world["places"] = [{"emailAddress": "r@small.example", "displayName": "R", "kind": "room", "capacity": 8}]
    person_of(world, DORA)["deletedDateTime"] = "-P1D"
    graph = await official(world)
    assert (await graph.places.graph_room.get()).value[0].capacity == 8
    deleted = await graph.directory.deleted_items.graph_user.get()
    assert deleted.value[0].deleted_date_time.day == 1
    await graph.users.by_user_id(BEN).patch(User(job_title="Boss"))
    audit = (await graph.audit_logs.directory_audits.get()).value[0]
    assert audit.target_resources[0].modified_properties[0].new_value == '["Boss"]'


async def test_a_missing_person_is_a_typed_error(official: Any, world: Json) -> None:
    graph = await official(world)
    with pytest.raises(APIError) as missing:
        await graph.users.by_user_id("nobody").get()
    assert missing.value.response_status_code == 404
