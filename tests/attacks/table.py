"""The attacks, one a row: its name, the status that it must end with, and how its request is made.

401 not proven to be Microsoft for us, 403 proven but not welcome, 400 not an activity, 405, 413, 415 as HTTP has them,
501 a kind of question that nothing here answers. Every row is one request, and leaves nothing behind.
"""

import base64
import gzip
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.endpoints import LARGEST
from bot.invokes import NOT_OFFERED
from tests.attacks.fortress import SERVICE, Fortress
from tests.bot.channel.conftest import public

LONG_AGO, FAR_OFF = 946684800, 4102444800  # the years 2000 and 2100
ELSEWHERE = "33333333-2222-4333-8444-555555555555"
GOOD: Callable[[Fortress], str | None] = lambda f: f.signed()  # noqa: E731 – a row is read faster so


@dataclass(frozen=True)
class Attack:
    """``token`` and ``body`` are made for the running service; ``body`` None: the usual message."""

    name: str
    status: int
    token: Callable[[Fortress], str | None] = GOOD
    body: Callable[[Fortress], Any] = field(default=lambda f: None)
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


def _part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _hmac(f: Fortress, secret: bytes) -> str:
    text = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'k1'})}.{_part(f.claims())}"
    return f"{text}.{_part(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def _pem(f: Fortress) -> bytes:
    return f.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _headed(head: bytes | dict[str, Any]) -> Callable[[Fortress], str]:
    """A good token's claims and signature behind another header."""
    return lambda f: ".".join([_part(head), *f.signed().split(".")[1:]])


def _claims(**changed: Any) -> Callable[[Fortress], str]:
    return lambda f: f.signed(**changed)


def _altered(f: Fortress) -> str:
    head, _, signature = f.signed().split(".")
    return f"{head}.{_part(f.claims(serviceurl='https://smba.trafficmanager.net/amer/'))}.{signature}"


# Issued by one of Microsoft's tenants for the emulator, or by our own for us: Entra ID's tokens, not the channel's.
def _entra(issuer: str, **more: Any) -> Callable[[Fortress], str]:
    return lambda f: f.signed(iss=issuer.format(tenant=f.company.tenant_id), appid=f.claims()["aud"], azp="x", **more)


TOKENS = [
    Attack("no token", 401, lambda f: None),
    Attack("an empty token", 401, lambda f: ""),
    Attack("garbage", 401, lambda f: "x"),
    Attack("three dots of garbage", 401, lambda f: "a.b.c"),
    Attack("nothing but dots", 401, lambda f: "...."),
    Attack("empty objects", 401, lambda f: "e30.e30.e30"),
    Attack("JSON null three times", 401, lambda f: "bnVsbA.bnVsbA.bnVsbA"),
    Attack("lists three times", 401, lambda f: "W10.W10.W10"),
    Attack("no ASCII", 401, lambda f: "é.é.é"),
    Attack("a token as long as a header may be", 401, lambda f: "a" * 8100),
    Attack("a token longer than a header may be", 400, lambda f: "a" * 20_000),
    Attack("another scheme", 401, lambda f: None, headers={"Authorization": "Basic YTpi"}),
    Attack("a scheme alone", 401, lambda f: None, headers={"Authorization": "Bearer"}),
    Attack("a header nested 5,000 deep", 401, lambda f: f"{_part(b'[' * 5000)}.e30.e30"),
    Attack("a header with an endless number", 401, lambda f: f"{_part(b'9' * 5000)}.e30.e30"),
    Attack("a header that is not UTF-8", 401, lambda f: f"{_part(bytes([255, 254]))}.e30.e30"),
    Attack("alg none without a signature", 401, lambda f: f"{_part({'alg': 'none'})}.{_part(f.claims())}."),
    Attack("alg None in another spelling", 401, _headed({"alg": "nOnE", "kid": "k1"})),
    Attack("no alg", 401, _headed({"kid": "k1"})),
    Attack("an alg that is no text", 401, _headed({"alg": ["RS256"], "kid": "k1"})),
    Attack("HS256 with a word as secret", 401, lambda f: _hmac(f, b"secret")),
    Attack("HS256 with the public key as secret", 401, lambda f: _hmac(f, _pem(f))),
    Attack("HS256 with an empty secret", 401, lambda f: _hmac(f, b"")),
    Attack("PS256 with the right key", 401, lambda f: f.signed(alg="PS256")),
    Attack("RS512 with the right key", 401, lambda f: f.signed(alg="RS512")),
    Attack("a header that claims RS256 over another signature", 401, _headed({"alg": "RS256", "kid": "k1", "x": 1})),
    Attack("signed by somebody else under a known key id", 401, lambda f: f.signed(key=f.stranger)),
    Attack("signed by somebody else who brings the key along", 401,
           lambda f: f.signed(key=f.stranger, head={"jwk": public(f.stranger, "k1")})),
    Attack("signed by somebody else who says where the key is", 401,
           lambda f: f.signed(key=f.stranger, head={"jku": f"http://127.0.0.1:{f.wire.port}/keys", "x5u": SERVICE})),
    Attack("a critical extension", 401, lambda f: f.signed(head={"crit": ["b64"], "b64": False})),
    Attack("an unknown key id", 401, lambda f: f.signed(head={"kid": "k999"})),
    Attack("no key id", 401, lambda f: f.signed(head={"kid": None})),
    Attack("a key id that is a path", 401, lambda f: f.signed(head={"kid": "../../k1"})),
    Attack("a key id with a NUL", 401, lambda f: f.signed(head={"kid": "k1\x00"})),
    Attack("claims changed after signing", 401, _altered),
    Attack("a signature cut short", 401, lambda f: f.signed()[:-8]),
    Attack("another issuer", 401, _claims(iss="https://evil.example")),
    Attack("the issuer with a slash more", 401, _claims(iss="https://api.botframework.com/")),
    Attack("a list of issuers", 401, _claims(iss=["https://api.botframework.com"])),
    Attack("no issuer", 401, _claims(iss=None)),
    Attack("for another bot", 401, _claims(aud=ELSEWHERE)),
    Attack("for several other bots", 401, _claims(aud=[ELSEWHERE, "x"])),
    Attack("for the connector", 401, _claims(aud="https://api.botframework.com")),
    Attack("for nobody", 401, _claims(aud=None)),
    Attack("for an empty name", 401, _claims(aud="")),
    Attack("for a number", 401, _claims(aud=7)),
    Attack("expired", 401, _claims(exp=LONG_AGO)),
    Attack("without an end", 401, _claims(exp=None)),
    Attack("an end that is no number", 401, _claims(exp="tomorrow")),
    Attack("an end at infinity", 401, _claims(exp=float("inf"))),
    Attack("an end that is not a number at all", 401, _claims(exp=float("nan"))),
    Attack("not valid yet", 401, _claims(nbf=FAR_OFF)),
    Attack("issued in the future", 401, _claims(iat=FAR_OFF)),
    Attack("without a service URL", 401, _claims(serviceurl=None)),
    Attack("an empty service URL", 401, _claims(serviceurl="")),
    Attack("a list of service URLs", 401, _claims(serviceurl=[SERVICE])),
    Attack("for another service URL", 401, _claims(serviceurl="https://smba.trafficmanager.net/amer/")),
    Attack("our own outbound token", 401, lambda f: "our-own-outbound-token"),
    Attack("our own outbound token as Entra ID makes it out", 401,
           lambda f: f.signed(iss=f"https://sts.windows.net/{f.company.tenant_id}/", aud="https://api.botframework.com",
                              appid=f.claims()["aud"], serviceurl=None)),
    Attack("our own outbound token of a multi-tenant bot", 401,
           _entra("https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/", serviceurl=None)),
    Attack("an emulator's token, version 1", 401, _entra("https://sts.windows.net/f8cdef31-a31e-4b4a-93e4-5f571e91255a/")),
    Attack("an emulator's token, version 2", 401,
           _entra("https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0")),
    Attack("a token of Microsoft's own tenant", 401,
           _entra("https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/")),
    Attack("a person's token of our own tenant", 401, _entra("https://login.microsoftonline.com/{tenant}/v2.0")),
    Attack("a government cloud's token", 401, _claims(iss="https://api.botframework.us")),
]  # fmt: skip


def _at(url: str, status: int = 403) -> Attack:
    """Signed by Microsoft for this very address, and named in the activity."""
    return Attack(
        f"service URL {url!r}", status, lambda f: f.signed(serviceurl=url), lambda f: f.activity(serviceUrl=url)
    )


def _at_the_wire(pattern: str) -> Attack:
    """An address that would be heard at the wire."""
    return Attack(
        f"service URL {pattern!r}",
        403,
        lambda f: f.signed(serviceurl=pattern.format(port=f.wire.port)),
        lambda f: f.activity(serviceUrl=pattern.format(port=f.wire.port)),
    )


ADDRESSES = [
    *map(_at_the_wire, [
        "http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/",
        "http://smba.trafficmanager.net@127.0.0.1:{port}/", "https://smba.trafficmanager.net:x@127.0.0.1:{port}/",
    ]),
    *map(_at, [
        "https://evil.example/", "http://smba.trafficmanager.net/emea/", "https://smba.trafficmanager.net.evil.example/",
        "https://evil.trafficmanager.net/", "https://evilsmba.trafficmanager.net/", "https://trafficmanager.net/",
        "https://smba.trafficmanager.net:8443/emea/", "https://smba.trafficmanager.net:80/",
        "//smba.trafficmanager.net/",
        "https://smba.trafficmanager.net@evil.example/", "https://user@smba.trafficmanager.net/",
        "https://:word@smba.trafficmanager.net/", "https://user:word@smba.trafficmanager.net/",
        "https://@smba.trafficmanager.net/", "https://evil.example/#smba.trafficmanager.net",
        "https://evil.example?smba.trafficmanager.net", "https://evil.example\\@smba.trafficmanager.net/",
        "https://smba.trafficmanager.net\\.evil.example/", "https://smba.trafficmanager.net/emea/?to=evil.example",
        "https://smba.trafficmanager.net/#x", "ftp://smba.trafficmanager.net/", "file:///etc/passwd", "gopher://x/",
        "javascript:alert(1)", "smba.trafficmanager.net/emea", "https://", "https:///emea", "https://[::1", "nonsense",
        "https://10.0.0.1/", "https://192.168.1.1/", "https://172.16.0.1/", "https://169.254.169.254/latest/meta-data/",
        "https://[fd00::1]/", "https://[fe80::1]/", "https://[::ffff:10.0.0.1]/", "https://0.0.0.0/", "https://0/",
        "https://2130706433/", "https://0x7f000001/", "https://127.1/", "https://metadata.google.internal/",
        "https://smba.trafficmanager.net%2eevil.example/", "https://smba.trafficmanager.net.:443/",
        "https://xn--smba-trafficmanager.net/", "https://smba.trafficmanager.net:99999/",
        "https://smba.trafficmanager.net:x/",
        "https://[::ffff:127.0.0.1]/", "https://[::]/", "https://[::1%25lo]/", "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/", "https://127.0.0.1.nip.io/", "https://localtest.me/", "https://0177.0.0.1/",
        "https://127.0.0.1%2fsmba.trafficmanager.net/", "https://smba.trafficmanager.net%00.evil.example/",
        "https://smba.trafficmanager.net .evil.example/",
        "https://smba。trafficmanager。net.evil.example/", "https://ѕmba.trafficmanager.net/",
        "https://smba.trafficmanager.net;.evil.example/", "https://smba.trafficmanager.net,evil.example/",
    ]),
    _at("https://smba.trafficmanager.net/\r\nX-Injected: 1", 400),
    _at("https://smba.trafficmanager.net\t.evil.example/", 400),
    _at("https://smba.trafficmanager.net/\x00", 400),
    _at("https://smba.trafficmanager.net/" + "a" * 600, 400),
]  # fmt: skip


def _says(name: str, status: int, **changed: Any) -> Attack:
    """A good token over a message that is changed in some properties."""
    return Attack(name, status, body=lambda f: {**f.activity(), **changed})


def _lacks(name: str, status: int = 400) -> Attack:
    return Attack(f"without {name}", status, body=lambda f: f.activity(**{name: None}))


_WRONG: dict[str, Any] = {
    "null": None, "a number": 7, "true": True, "a list": [], "an object": {}, "an empty text": "",
    "600 letters": "x" * 600, "700 astral letters": "\U00020000" * 700, "a NUL": "a\x00b", "half a pair": "\ud800",
    "two lines": "a\nb", "a list in a list": [[]],
}  # fmt: skip

ACTIVITIES = [
    _lacks("type"), _lacks("channelId"), _lacks("serviceUrl"), _lacks("conversation"),
    _lacks("from"), _lacks("recipient"),
    Attack("without any tenant", 403,
           body=lambda f: f.activity(conversation={"id": "a:attack"}, channelData={})),
    *(_says(f"{name} is {what}", 400, **{name: value})
      for name in ("type", "channelId", "serviceUrl", "conversation", "from", "recipient")
      for what, value in _WRONG.items()),
    *(_says(f"conversation.id is {what}", 400, conversation={"id": value}) for what, value in _WRONG.items()),
    *(_says(f"{name}.id is {what}", 400, **{name: {"id": value}})
      for name in ("from", "recipient") for what, value in _WRONG.items()),
    *(_says(f"the tenant is {what}", 403, channelData={"tenant": {"id": value}}, conversation={"id": "a:attack"})
      for what, value in _WRONG.items()),
    _says("another tenant", 403, channelData={"tenant": {"id": ELSEWHERE}}),
    _says("another tenant in the conversation alone", 403, channelData=None,
          conversation={"id": "a:attack", "tenantId": ELSEWHERE}),
    _says("a channel that the key does not speak for", 401, channelId="slack"),
    _says("a channel in capitals", 401, channelId="MSTEAMS"),
    _says("a channel for local tests", 401, channelId="emulator"),
    Attack("null everywhere", 400, body=lambda f: dict.fromkeys(f.activity())),
    Attack("numbers everywhere", 400, body=lambda f: dict.fromkeys(f.activity(), 7)),
    Attack("lists everywhere", 400, body=lambda f: {name: [] for name in f.activity()}),
    Attack("a foreign service URL before ours", 401, lambda f: f.signed(serviceurl="https://evil.example/"),
           lambda f: b'{"serviceUrl":"https://evil.example/",' + json.dumps(f.activity()).encode()[1:]),
    Attack("a foreign service URL behind ours", 401,
           body=lambda f: json.dumps(f.activity()).encode()[:-1] + b',"serviceUrl":"https://evil.example/"}'),
    Attack("another tenant behind ours", 403,
           body=lambda f: json.dumps(f.activity()).encode()[:-1]
           + b',"channelData":{"tenant":{"id":"' + ELSEWHERE.encode() + b'"}}}'),
]  # fmt: skip


def _bytes(name: str, body: bytes, status: int = 400, **headers: str) -> Attack:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Attack(name, status, body=lambda f: body, headers=names)


def _packed(pack: Callable[[bytes], bytes], size: int) -> Callable[[Fortress], bytes]:
    return lambda f: pack(json.dumps(f.activity(text="x" * size)).encode())


_GZIP, _DEFLATE = {"Content-Encoding": "gzip"}, {"Content-Encoding": "deflate"}
BODIES = [
    _bytes("an empty body", b""), _bytes("half an object", b"{"), _bytes("null", b"null"), _bytes("a list", b"[]"),
    _bytes("a list of activities", b"[{}]"), _bytes("a text", b'"text"'), _bytes("a number", b"7"),
    _bytes("an empty object", b"{}"), _bytes("two objects", b"{}{}"), _bytes("not UTF-8", b'{"type":"\xff\xfe"}'),
    _bytes("UTF-16", json.dumps({"type": "message"}).encode("utf-16")), _bytes("a byte order mark", b"\xef\xbb\xbf{}"),
    _bytes("half a pair in UTF-8", b'{"type":"\xed\xa0\x80"}'), _bytes("NaN", b'{"type": NaN}'),
    _bytes("Infinity", b'{"type": -Infinity}'), _bytes("a NUL", b'{"type":"a\x00"}'), _bytes("NULs", b"\x00" * 100),
    _bytes("100 levels", b'{"a":' * 100 + b"1" + b"}" * 100), _bytes("100,000 brackets", b"[" * 100_000),
    _bytes("20,000 levels", b'{"a":' * 20_000 + b"1" + b"}" * 20_000), _bytes("a number of 5,000 digits", b"9" * 5000),
    _bytes("XML", b"<activity/>"), _bytes("a form", b"type=message"), _bytes("comments", b'{"type":/**/"message"}'),
    Attack("2 MB of text", 413, body=lambda f: f.activity(text="x" * 2 * 1024 * 1024)),
    Attack("one byte too many", 413, body=lambda f: b" " * (LARGEST + 1)),
    Attack("2 MB without a token", 401, lambda f: None, lambda f: b"x" * 2 * 1024 * 1024),
    Attack("a gzip bomb", 413, body=_packed(gzip.compress, 50 * 1024 * 1024), headers=_GZIP),
    Attack("a deflate bomb", 413, body=_packed(zlib.compress, 50 * 1024 * 1024), headers=_DEFLATE),
    Attack("no gzip at all", 400, body=lambda f: b"this is not gzip", headers=_GZIP),
    Attack("gzip cut short", 400, body=lambda f: gzip.compress(json.dumps(f.activity()).encode())[:-30], headers=_GZIP),
    *(_bytes(f"the content type {kind!r}", b"{}", 415, Content_Type=kind)
      for kind in ("", "text/plain", "text/json", "application/xml", "application/x-www-form-urlencoded", "nonsense",
                   "*/*", "application/json-patch+json", "multipart/form-data; boundary=x")),
    *(_bytes(f"the charset {name}", b"{}", 415, Content_Type=f"application/json; charset={name}")
      for name in ("utf-16", "utf-7", "latin-1", "nonsense", "rot13", "x" * 200)),
    *(Attack(f"method {method}", 405, method=method)
      for method in ("GET", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS", "PROPFIND")),
]  # fmt: skip


def _asks(name: Any) -> Attack:
    return Attack(f"invoke {name!r:.40}", 501, body=lambda f: {**f.activity(type="invoke", value={}), "name": name})


_UNKNOWN: tuple[Any, ...] = (
    "nobody/knows",
    "adaptivecard/action",
    "../task",
    "x" * 600,
    "a\x00b",
    "\ud800",
    "",
    None,
    7,
    {},
)


def _consents(name: str, value: Any, status: int = 403) -> Attack:
    invoke = {"type": "invoke", "name": "fileConsent/invoke", "value": value}
    return Attack(f"an answer to a file's offer {name}", status, body=lambda f: f.activity(**invoke))


_PLACE = {"contentUrl": SERVICE, "uploadUrl": "https://evil.example/", "name": "x", "uniqueId": "1", "fileType": "csv"}
_YES = {"type": "fileUpload", "action": "accept", "uploadInfo": _PLACE}
CONSENTS = [
    _consents("without anything", {}, 400),
    _consents("that is a list", [], 400),
    _consents("that is a text", "accept", 400),
    _consents("that is neither yes nor no", {**_YES, "action": ["accept"]}, 400),
    _consents("of another type", {**_YES, "type": None}, 400),
    _consents("about nothing", _YES),
    _consents("about a list of things", {**_YES, "context": [1]}),
    _consents("without a seal", {**_YES, "context": {"id": "1", "once": "x"}}),
    _consents("with a forged seal", {**_YES, "context": {"id": "1", "once": "x", "seal": "4102444800.AAAA"}}),
    _consents("with a seal that is no text", {**_YES, "context": {"id": {}, "once": ["x"], "seal": {"a": 1}}}),
    _consents("with half a surrogate pair", {**_YES, "context": {"id": "1", "once": "\ud800", "seal": "9.\ud800"}}),
    _consents("that says no to nothing", {"type": "fileUpload", "action": "decline", "context": None}),
]
INVOKES = [*map(_asks, NOT_OFFERED), *map(_asks, _UNKNOWN), *CONSENTS]

CLASSES = {
    "tokens": TOKENS,
    "service addresses": ADDRESSES,
    "activities": ACTIVITIES,
    "bodies, content types, methods": BODIES,
    "kinds of questions": INVOKES,
}
ATTACKS = [attack for attacks in CLASSES.values() for attack in attacks]
