"""What in a message is not the question: the salutation, the signature, the head of a forwarded mail.

These parts are blanked, not cut, so that every offset stays true. Teams puts a message on one line, the command line
and a pasted mail have many: both are read.
"""

import re

_LABELS = "to|cc|bcc|sent|date|subject|re|fw|fwd|an|kopie|gesendet|datum|betreff|aw|wg"
_HEAD = re.compile(rf"^[ \t>]*(?:{_LABELS})[ \t]*:.*$", re.I | re.M)
_FROM = re.compile(r"^[ \t>]*(?:from|von)[ \t]*:", re.I | re.M)
_DASHES = re.compile(r"(?:^|\n)[ \t]*(?:--+|__+)[ \t]*\n.*\Z", re.S)
_SENT_FROM = re.compile(r"(?:sent from my|get outlook for|von meinem \w+ gesendet)\b.*\Z", re.I | re.S)
_REGARDS = "|".join(
    (
        r"(?:with )?(?:kind(?:est)?|best|warm|many)? ?(?:regards|wishes)|sincerely|yours|cheers|best|br|kr|rgds",
        r"(?:many |kind )?(?:thanks|thank you|thx|tnx|ty)(?: (?:so much|a lot|very much|in advance|and regards))*",
        r"mfg|vg|lg|gr(?:ü|ue)(?:ß|ss)e?|gru(?:ß|ss)|(?:vielen |besten )?danke?(?: und gru(?:ß|ss))?",
        r"(?:mit )?(?:viele|beste|liebe|freundliche|schöne|herzliche)[nr]? gr(?:ü|ue)(?:ß|ss)en?",
        r"merci|cordialement|bien à vous|saludos|un saludo|gracias|pozdrawiam|dzięki|grazie|saluti|obrigad[oa]",
        r"mvh|med vänlig hälsning|hälsningar|tack|groet(?:en|jes)?|med vennlig hilsen|hilsen|mange tak",
    )
)
_SIGNER = r"(?:[A-ZÀ-ÞŁŚŽ][\w'’.\-]*[ \t,|\n]*){0,6}"
# A close, then nothing but who signs: up to six words that begin with a capital, and no question mark behind them.
_ENDED = r"(?:(?<=[.!?,;:\n])|(?<=\A))"
_CLOSE = re.compile(rf"{_ENDED}\s*(?i:{_REGARDS})[ \t]*[,.!\-–—\n]*\s*(?:[/\-–—]\s*)?{_SIGNER}\Z")
_GREETINGS = "|".join(
    (
        r"hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|morning|hallo|liebe[rs]?|guten (?:morgen|tag|abend)",
        r"moin|bonjour|salut|hola|buenos d[ií]as|ciao|cześć|dzień dobry|hej|olá|hoi",
    )
)
_DEAR = re.compile(rf"\A\s*(?:{_GREETINGS})\s+(?:[A-ZÀ-ÞŁŚŽ][\w'’\-]*\s?){{1,3}}[,!\n:\-–—]", re.I)
_NOISES = re.compile(r"\bmailto:|\S+@\.\.+|https?://\S+", re.I)


def quieted(message: str) -> str:
    """The message with blanks where it is not the question. It never blanks everything."""
    quiet = message
    for pattern in (_DASHES, _SENT_FROM, _CLOSE, _HEAD, _FROM, _NOISES):
        quiet = _or_keep(quiet, pattern.sub(_blank, quiet))
    dear = _DEAR.match(quiet)
    if dear and _is_called_upon(dear[0]):
        quiet = _or_keep(quiet, _blank(dear) + quiet[dear.end() :])
    return quiet


def _is_called_upon(salutation: str) -> bool:
    """Whether a capital follows the greeting: Hi Aisha, …"""
    return any(word[:1].isupper() for word in salutation.split()[1:])


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _or_keep(before: str, after: str) -> str:
    return after if any(c.isalnum() for c in after) else before
