"""What changes the tenant: one on-demand run. It is sent once; who wants it again has to look first and decide."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from provisioning.attempts import OnDemandAnswer, Verdict
from provisioning.errors import NotAllowedError
from provisioning.graph.client import GraphClient, read
from provisioning.graph.jobs import jobs_path
from provisioning.graph.refusals import Answer, TroubleError, refusal
from provisioning.messages import read_each, read_on_demand
from provisioning.model import App

LONGEST = 150.0  # seconds: one person takes under 30 as a rule, and more than 90 has been seen
_MUTE_401 = (
    "Microsoft Graph refused the run without saying why. Three reasons are known: the desk's service principal is not "
    "an owner of the application and the enterprise app; its token is older than a right that it was given (managed "
    "identities keep theirs for up to a day); or the job is in quarantine."
)


class GraphLevers:
    """``provisioning.ports.Levers`` over Microsoft Graph."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    async def provision_on_demand(self, *, app: App, job_id: str, rule_id: str, person_id: str) -> OnDemandAnswer:
        """See ``Levers``. The person has to be assigned: on-demand *disables* the account of somebody who is not."""
        answer = await self._run(app, job_id, rule_id, {"objectId": person_id, "objectTypeName": "User"})
        return replace(_said(answer), request_id=answer.request_id)

    async def provision_group(
        self, *, app: App, job_id: str, rule_id: str, group_id: str, member_ids: Sequence[str]
    ) -> tuple[OnDemandAnswer, Mapping[str, OnDemandAnswer]]:
        """See ``GroupLevers``."""
        members = [{"objectId": person_id, "objectTypeName": "User"} for person_id in member_ids]
        subject = {"objectId": group_id, "objectTypeName": "Group", "links": {"members": members}}
        answer = await self._run(app, job_id, rule_id, subject)
        said = replace(_said(answer), request_id=answer.request_id)
        each = _each(answer)
        return each.pop(group_id.lower(), said), each

    async def _run(self, app: App, job_id: str, rule_id: str, subject: Mapping[str, object]) -> Answer:
        body = {"parameters": [{"ruleId": rule_id, "subjects": [subject]}]}  # without the wrapper Graph refuses it
        where = jobs_path(app.id, job_id, "provisionOnDemand")
        answer = await self._client.post_once(where, body, within=LONGEST)
        if not answer.good:
            raise _refused(answer)
        return answer


def _refused(answer: Answer) -> Exception:
    if answer.status == 401 and answer.code in (None, "UnknownError"):
        return NotAllowedError(_MUTE_401, code=answer.code, unknown_caller=True)
    return refusal(answer)


def _each(answer: Answer) -> dict[str, OnDemandAnswer]:
    try:
        return read_each(read(answer.body, dict[str, object]))
    except TroubleError:
        return {}


def _said(answer: Answer) -> OnDemandAnswer:
    """An answer that is no JSON came after a run: nothing is claimed from it, and it is no reason to run again."""
    try:
        return read_on_demand(read(answer.body, dict[str, object]))
    except TroubleError:
        return OnDemandAnswer(verdict=Verdict.UNKNOWN, readable=False)
