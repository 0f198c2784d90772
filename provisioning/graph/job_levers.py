"""What moves a job: start, pause, restart, a test of its credentials, a new schema. Each is sent once."""

from collections.abc import Sequence
from typing import Any

from provisioning.errors import NotAllowedError
from provisioning.graph.client import GraphClient
from provisioning.graph.jobs import jobs_path
from provisioning.graph.refusals import Answer, refusal
from provisioning.model import App
from provisioning.schemas import RawSchema

LONGEST = 60.0  # seconds; a schema can hold some megabytes
_READING = 30.0
_MUTE_401 = (
    "Microsoft Graph refused without saying why. Known reasons: the desk's service principal is not an owner of the "
    "application and the enterprise app, or its token is older than a right that it was given."
)


class GraphJobLevers:
    """``provisioning.ports.JobLevers`` over Microsoft Graph."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    async def start(self, app: App, job_id: str) -> None:
        """See ``JobLevers``. Clears a quarantine as well; Microsoft warns against calling it in a loop."""
        await self._pull("POST", app, job_id, "start", None)

    async def pause(self, app: App, job_id: str) -> None:
        """See ``JobLevers``."""
        await self._pull("POST", app, job_id, "pause", None)

    async def restart(self, app: App, job_id: str, forget: Sequence[str]) -> None:
        """See ``JobLevers``. Graph takes no other criterion than ``resetScope``."""
        await self._pull("POST", app, job_id, "restart", {"criteria": {"resetScope": ", ".join(forget)}})

    async def check(self, app: App, job_id: str) -> None:
        """See ``JobLevers``."""
        await self._pull("POST", app, job_id, "validateCredentials", {"useSavedCredentials": True})

    async def schema(self, app: App, job_id: str) -> RawSchema:
        """See ``JobLevers``. Graph's own annotations are left out: it does not take them back."""
        with self._client.asking(_READING):
            found = await self._client.get(jobs_path(app.id, job_id, "schema"), dict[str, Any])
        return {key: value for key, value in found.items() if not key.startswith("@")}

    async def save_schema(self, app: App, job_id: str, schema: RawSchema) -> None:
        """See ``JobLevers``."""
        await self._pull("PUT", app, job_id, "schema", dict(schema))

    async def _pull(self, method: str, app: App, job_id: str, lever: str, body: Any) -> None:
        where = jobs_path(app.id, job_id, lever)
        answer = await self._client.write_once(method, where, body, within=LONGEST)
        if not answer.good:
            raise _refused(answer)


def _refused(answer: Answer) -> Exception:
    if answer.status == 401 and answer.code in (None, "UnknownError"):
        return NotAllowedError(_MUTE_401, code=answer.code)
    return refusal(answer)
