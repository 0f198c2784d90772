"""Mail, against a real SMTP server (aiosmtpd)."""

import asyncio
import ssl
from asyncio import Server
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from provisioning.desks.mail import Mail
from provisioning.errors import NotAllowedError, RefusedError, TryLaterError, UncertainError
from tests.provisioning.desks.notices import CLOSED, INTERNAL, OPENED


class Mailbox:
    """Keeps what arrives, and answers as it is told to."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipient = ""
        self.end = ""

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        if self.recipient:
            return self.recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        letter = message_from_bytes(cast(bytes, envelope.content), policy=policy.default)
        self.letters.append(letter)
        if self.end == "cut":
            cast(asyncio.Transport, server.transport).abort()
        return self.end or "250 OK"


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, Server]]:
    """A mail server on a port of its own; it lets in desk with the password secret."""
    box = Mailbox()

    def who(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.login == b"desk" and data.password == b"secret", handled=False)

    def conversation() -> SMTP:
        return SMTP(box, authenticator=who, auth_require_tls=False, hostname="mail.fabrikam.example")

    server = await asyncio.get_running_loop().create_server(conversation, "127.0.0.1", 0)
    async with server:
        yield box, server


def desk(server: Server, **more: Any) -> Mail:
    port = server.sockets[0].getsockname()[1]
    about = {"sender": "Sync Desk <desk@fabrikam.example>", "to": "it@fabrikam.example", "encryption": "none"}
    return Mail(host="127.0.0.1", port=port, **cast(dict[str, Any], about | more))


async def test_the_steps_of_a_ticket_are_one_thread(mailbox: tuple[Mailbox, Server]) -> None:
    box, server = mailbox
    link = await desk(server).tell(OPENED, None, again=False)
    await desk(server).tell(CLOSED, link, again=False)
    first, second = box.letters
    assert first["Subject"] == "[SD-1001] José Martín cannot get into AskCody"
    assert first["Message-ID"] == link.id == second["References"] == second["In-Reply-To"]
    assert second["Message-ID"] == "<sd1a2b-SD-1001.4@fabrikam.example>"
    assert "The mail address is empty." in first.get_content() and second.get_content().startswith(CLOSED.text)
    assert first["Auto-Submitted"] == "auto-generated"


async def test_a_letter_that_is_sent_again_has_the_same_id(mailbox: tuple[Mailbox, Server]) -> None:
    box, server = mailbox
    box.end = "cut"
    with pytest.raises(UncertainError):
        await desk(server).tell(OPENED, None, again=False)
    box.end = ""
    await desk(server).tell(OPENED, None, again=True)
    assert len({letter["Message-ID"] for letter in box.letters}) == 1 and len(box.letters) == 2


async def test_the_server_is_told_who_we_are(mailbox: tuple[Mailbox, Server]) -> None:
    box, server = mailbox
    await desk(server, user="desk", password="secret").tell(INTERNAL, None, again=False)
    assert len(box.letters) == 1
    with pytest.raises(NotAllowedError, match="535"):
        await desk(server, user="desk", password="wrong").tell(INTERNAL, None, again=False)
    assert len(box.letters) == 1


@pytest.mark.parametrize(
    ("at", "answer", "error"),
    [
        ("recipient", "550 no such mailbox", RefusedError),
        ("recipient", "450 come again", TryLaterError),
        ("end", "451 come again", TryLaterError),
        ("end", "554 spam", RefusedError),
    ],
)
async def test_a_refusal_says_what_to_do_with_it(
    mailbox: tuple[Mailbox, Server], at: str, answer: str, error: type[Exception]
) -> None:
    box, server = mailbox
    setattr(box, at, answer)
    with pytest.raises(error, match=answer[:3]):
        await desk(server).tell(OPENED, None, again=False)


async def test_a_server_that_offers_no_encryption_gets_no_letter_where_it_was_wished(
    mailbox: tuple[Mailbox, Server],
) -> None:
    box, server = mailbox
    with pytest.raises(TryLaterError, match="does not offer the encryption"):
        await desk(server, encryption="starttls").tell(OPENED, None, again=False)
    assert box.letters == []


async def test_a_server_that_is_down_is_tried_later(mailbox: tuple[Mailbox, Server]) -> None:
    _, server = mailbox
    mail = desk(server)
    server.close()
    with pytest.raises(TryLaterError, match="cannot be reached"):
        await mail.tell(OPENED, None, again=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of a mail server at 127.0.0.1, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.fabrikam.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("mail") / "mail.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
@pytest.mark.parametrize("trusted", [True, False])
async def test_an_encrypted_letter_goes_only_to_a_server_whose_certificate_is_trusted(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, encryption: str, trusted: bool
) -> None:
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(certificate)
    box = Mailbox()

    def conversation() -> SMTP:
        return SMTP(box, tls_context=ours if encryption == "starttls" else None, hostname="mail.fabrikam.example")

    direct = ours if encryption == "tls" else None
    server = await asyncio.get_running_loop().create_server(conversation, "127.0.0.1", 0, ssl=direct)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with server:
        if trusted:
            await desk(server, encryption=encryption).tell(OPENED, None, again=False)
        else:
            with pytest.raises(TryLaterError, match="not to be trusted"):
                await desk(server, encryption=encryption).tell(OPENED, None, again=False)
    assert len(box.letters) == trusted
