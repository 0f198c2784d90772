"""Mail to a helpdesk's mailbox over SMTP: a ticket is a thread, a step is a message in it.

Nobody can ask a mailbox what it has. A step that is sent twice carries the same Message-ID both times, by which many
mailboxes show it once; a ticket that is told twice is better than one that is lost.
"""

import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

import aiosmtplib

from provisioning.errors import DeskError, NotAllowedError, RefusedError, TryLaterError, UncertainError
from provisioning.handover import Link, Notice

NAME = "mail"
PATIENCE = 30.0  # s for each step of the conversation

Encryption = Literal["starttls", "tls", "none"]


class Mail:
    """``Desk`` over one mailbox."""

    name = NAME

    def __init__(
        self,
        *,
        host: str,
        port: int,
        sender: str,
        to: str,
        encryption: Encryption = "starttls",
        user: str | None = None,
        password: str | None = None,
    ) -> None:
        self._host, self._port = host, port
        self._sender, self._to = sender, to
        self._encryption = encryption
        self._login = (user, password or "") if user else None

    async def tell(self, notice: Notice, link: Link | None, *, again: bool) -> Link:
        """As the port says; the record is the thread."""
        letter = self._letter(notice)
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            timeout=PATIENCE,
            use_tls=self._encryption == "tls",
            start_tls=self._encryption == "starttls",
        )
        await self._connect(client)
        try:
            await client.send_message(letter)
        except aiosmtplib.SMTPException as problem:
            raise _in_our_words(problem) from problem
        except (OSError, TimeoutError) as problem:
            raise UncertainError("The mail server broke off while it took the message.") from problem
        finally:
            client.close()
        return link or Link(id=self._id(notice, 0), name=notice.ticket)

    async def _connect(self, client: aiosmtplib.SMTP) -> None:
        """Nothing has been sent when this fails."""
        try:
            await client.connect()
            if self._login:
                await client.login(*self._login)
        except aiosmtplib.SMTPAuthenticationError as problem:
            client.close()
            raise NotAllowedError(f"The mail server does not let us in ({problem.code}).") from problem
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as problem:
            client.close()
            raise TryLaterError(_unreachable(problem)) from problem

    def _letter(self, notice: Notice) -> EmailMessage:
        letter = EmailMessage()
        letter["From"], letter["To"] = self._sender, self._to
        letter["Subject"] = " ".join(f"[{notice.ticket}] {notice.subject}".split())
        letter["Date"] = format_datetime(notice.at)
        letter["Message-ID"] = self._id(notice, notice.step)
        letter["Auto-Submitted"] = "auto-generated"  # no out-of-office reply, please
        letter["X-Sync-Desk-Key"] = notice.key
        if notice.step:
            letter["In-Reply-To"] = letter["References"] = self._id(notice, 0)
        letter.set_content(notice.description if not notice.step else f"{notice.text}\n\n-- \n{notice.description}")
        return letter

    def _id(self, notice: Notice, step: int) -> str:
        return f"<{notice.mark}.{step}@{self._sender.rpartition('@')[2].rstrip('>')}>"


def _unreachable(problem: BaseException) -> str:
    """An operator has to know whether it is the way or the certificate."""
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "The mail server's encryption is not to be trusted (its certificate, or no common protocol)."
        cause = cause.__cause__ or cause.__context__
    return "The mail server cannot be reached, or does not offer the encryption that is wished for."


def _in_our_words(problem: aiosmtplib.SMTPException) -> DeskError:
    """4xx: later. 5xx: no. Everything that broke off after the message began may have arrived."""
    if isinstance(problem, aiosmtplib.SMTPRecipientsRefused):
        code = max((each.code for each in problem.recipients), default=550)
    elif isinstance(problem, aiosmtplib.SMTPResponseException):
        code = problem.code
    else:
        return UncertainError("The mail server broke off while it took the message.")
    said = f"The mail server answered {code}."
    return TryLaterError(said, wait=60.0) if 400 <= code < 500 else RefusedError(said, code=str(code))
