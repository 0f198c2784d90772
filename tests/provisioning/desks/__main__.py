"""``python -m tests.provisioning.desks``: other desks on this machine, to be tried with ``sync-desk demo``.

Prints the settings with which a demo tells them, then whatever they are told. They are the test's own far sides: a
ServiceNow and a Jira written from the public documentation, a receiver of signed messages, and a real SMTP server.
"""

import asyncio
import json
from base64 import b64encode
from contextlib import AsyncExitStack
from email import message_from_bytes, policy
from typing import Any, cast

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.provisioning.desks.far_side import Handler, JiraSite, Receiver, ServiceNowInstance, listening

SECRET = "whsec_" + b64encode(b"only for this machine's demo").decode()
FIRST_PORT = 4981


class Mailbox:
    """Prints what arrives."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        letter = message_from_bytes(cast(bytes, envelope.content), policy=policy.default)
        body = letter.get_body(("plain",))
        print(f"mail to {letter['to']}: {letter['subject']}\n{body.get_content() if body else ''}", flush=True)
        return "250 OK"


def aloud(app: web.Application, name: str) -> web.Application:
    """The same, and every writing of the desk is printed."""

    @web.middleware
    async def say(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method != "GET" and not request.path.endswith("/search/jql"):
            told: Any = json.loads(await request.read())
            print(
                f"{name} {request.method} {request.path}\n{json.dumps(told, indent=1, ensure_ascii=False)}", flush=True
            )
        answer: web.StreamResponse = await handler(request)
        return answer

    app.middlewares.append(say)
    return app


def settings(servicenow: str, jira: str, webhook: str, mail_port: int) -> dict[str, str]:
    """What a demo has to know."""
    ours = {
        "SERVICENOW_URL": servicenow,
        "SERVICENOW_USER": "desk",
        "SERVICENOW_PASSWORD": "secret",
        "SERVICENOW_CALLBACK_SECRET": SECRET,
        "JIRA_URL": jira,
        "JIRA_USER": "desk@fabrikam.example",
        "JIRA_TOKEN": "token",
        "JIRA_PROJECT": "HELP",
        "JIRA_CALLBACK_SECRET": SECRET,
        "WEBHOOK_URL": f"{webhook}/hook",
        "WEBHOOK_SECRET": SECRET,
        "WEBHOOK_CALLBACK_SECRET": SECRET,
        "MAIL_HOST": "127.0.0.1",
        "MAIL_PORT": str(mail_port),
        "MAIL_ENCRYPTION": "none",
        "MAIL_FROM": "desk@fabrikam.example",
        "MAIL_TO": "it@fabrikam.example",
    }
    return {f"SYNC_DESK_{name}": value for name, value in ours.items()}


async def main() -> None:
    """Until Ctrl-C."""
    sides = {"ServiceNow": ServiceNowInstance().app(), "Jira": JiraSite().app(), "Webhook": Receiver().app()}
    async with AsyncExitStack() as stack:
        servicenow, jira, webhook = [
            await stack.enter_async_context(listening(aloud(side, name), FIRST_PORT + n))
            for n, (name, side) in enumerate(sides.items())
        ]
        port = FIRST_PORT + len(sides)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Mailbox(), hostname="mail.fabrikam.example"), "127.0.0.1", port)
        await stack.enter_async_context(server)
        for name, value in settings(servicenow, jira, webhook, port).items():
            print(f"export {name}={value}")
        print("# Paste these lines into another terminal and start there: sync-desk demo", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print()
