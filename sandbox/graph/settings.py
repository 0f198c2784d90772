"""What is set beside a job: an app's synchronization secrets, masked but for flags, and what mailboxes are for."""

from typing import Any

from sandbox.errors import GraphRefusalError, bad_request
from sandbox.graph.apps import app_at
from sandbox.graph.audits import record_job
from sandbox.graph.routing import Answer, Ask, Router
from sandbox.graph.users import user_at

Json = dict[str, Any]

router = Router()

_SECRETS = "servicePrincipals/{}/synchronization/secrets"
_MASKED = ("BaseAddress", "SecretToken")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


@router.on("GET", _SECRETS)
def list_secrets(ask: Ask, key: str) -> Json:
    """A flag that was never set is not among them."""
    app = app_at(ask, key)
    pairs = [{"key": name, "value": "*"} for name in _MASKED] if app.job else []
    pairs.append({"key": "SyncAll", "value": str(app.sync_all).lower()})
    if app.skips_removals:
        pairs.append({"key": "SkipOutOfScopeDeletions", "value": "True"})
    return {"@odata.context": f"{ask.asked.context}#Collection(synchronizationSecretKeyStringValuePair)"} | {
        "value": pairs
    }


@router.on("PUT", _SECRETS)
def put_secrets(ask: Ask, key: str) -> Answer:
    """Set the flag; credentials are taken and forgotten, everything else is refused."""
    app, pairs = app_at(ask, key), ask.json_body().get("value")
    if not isinstance(pairs, list) or any(not isinstance(pair, dict) for pair in pairs):
        raise bad_request("The secrets are a list of keys and values.")
    given = {str(pair.get("key")): str(pair.get("value") or "") for pair in pairs}
    if unknown := sorted(given.keys() - {*_MASKED, "SyncAll", "SkipOutOfScopeDeletions"}):
        raise bad_request(f"The secret '{unknown[0]}' is not known.")
    flag = given.get("SkipOutOfScopeDeletions", "false").lower()
    if flag not in _TRUTH:
        raise bad_request("SkipOutOfScopeDeletions is True or False.")
    app.skips_removals = _TRUTH[flag]
    record_job(ask.world, app, "Update provisioning setting or credentials", ask.client_id)
    ask.stage.save()
    return Answer(204)


@router.on("GET", "users/{}/mailboxSettings/userPurpose")
def user_purpose(ask: Ask, key: str) -> Json:
    """What Exchange says; who has neither a licence nor a known mailbox has none."""
    user = user_at(ask, key)
    address = str(user["mail"] or "").casefold()
    told = {place["emailAddress"].casefold(): "room" for place in ask.world.places}
    told |= {box["emailAddress"].casefold(): box["userPurpose"] for box in ask.world.mailboxes}
    purpose = told.get(address) or ("user" if user["assignedLicenses"] else None)
    if purpose is None:
        raise GraphRefusalError(404, "MailboxNotEnabledForRESTAPI", "The mailbox is inactive or not there.")
    return {"@odata.context": f"{ask.asked.context}#users('{user['id']}')/mailboxSettings/userPurpose"} | {
        "value": purpose
    }
