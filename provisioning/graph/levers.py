"""What changes the tenant: one on-demand run. It is sent once; who wants it again has to look first and decide."""

from dataclasses import replace

from provisioning.errors import NotAllowedError
from provisioning.graph.client import GraphClient, read
from provisioning.graph.jobs import jobs_path
from provisioning.graph.refusals import Answer, TroubleError, refusal
from provisioning.messages import read_on_demand
from provisioning.model import App, OnDemandAnswer, Verdict

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
        subject = {"objectId": person_id, "objectTypeName": "User"}
        body = {"parameters": [{"ruleId": rule_id, "subjects": [subject]}]}  # without the wrapper Graph refuses it
        where = jobs_path(app.id, job_id, "provisionOnDemand")
        answer = await self._client.post_once(where, body, within=LONGEST)
        if not answer.good:
            raise _refused(answer)
        return replace(_said(answer), request_id=answer.request_id)


def _refused(answer: Answer) -> Exception:
    if answer.status == 401 and answer.code in (None, "UnknownError"):
        return NotAllowedError(_MUTE_401, code=answer.code, unknown_caller=True)
    return refusal(answer)


def _said(answer: Answer) -> OnDemandAnswer:
    """An answer that is no JSON came after a run: nothing is claimed from it, and it is no reason to run again."""
    try:
        return read_on_demand(read(answer.body, dict[str, object]))
    except TroubleError:
        return OnDemandAnswer(verdict=Verdict.UNKNOWN, readable=False)
