"""The sentences by which apps give their reason away, the telling ones first.

Each wording is one thing that apps say, seen in documentation or in the wild. Order matters: "no licence is available"
speaks of licences before it speaks of something that is missing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from provisioning.messages.attributes import attributes_in
from provisioning.model import Cause

NEVER_EMPTY = frozenset({"userPrincipalName", "displayName", "accountEnabled"})  # the directory insists on them
_QUOTED_NAME = re.compile(r"['\"`\[]([A-Za-z][\w.:\-\[\] =]{2,120})['\"`\]]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One thing that is said in several ways. ``also`` is a second condition on the same text."""

    name: str
    cause: Cause
    patterns: tuple[re.Pattern[str], ...]
    also: Callable[[str], bool]

    def fits(self, words: str) -> bool:
        """Whether the text says this."""
        return any(pattern.search(words) for pattern in self.patterns) and self.also(words)


def cause_in(words: str) -> Cause | None:
    """The cause that a text gives away; None when it says nothing that we know."""
    return next((wording.cause for wording in WORDINGS if wording.fits(words)), None)


def names_something(words: str) -> bool:
    """Whether an attribute is named, by a known spelling or in quotes."""
    return bool(attributes_in(words) or _QUOTED_NAME.search(words))


def _names_no_attribute(words: str) -> bool:
    return not attributes_in(words)


def _always(words: str) -> bool:
    return True


def _says(name: str, cause: Cause, *patterns: str, also: Callable[[str], bool] = _always) -> Wording:
    compiled = tuple(re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in patterns)
    return Wording(name=name, cause=cause, patterns=compiled, also=also)


_MISSING = (
    r"\brequired\b",
    r"\bmandatory\b",
    r"\bmissing\b",
    r"not found in json",
    r"must be (?:provided|present|set|specified|supplied|filled)",
    r"must not be (?:null|empty|blank)",
    r"(?:may not|cannot|can't|can not|should not|shouldn't) be (?:null|empty|blank|omitted|left blank)",
    r"\bis (?:null|empty|blank)\b",
    r"\b(?:was|were|is|are) not (?:provided|supplied|specified|set|sent|given)\b",
    r"\bno value\b",
)
_LACKS = "|".join(_MISSING)
_VALUE = r"\b(?:role|profile(?: ?id)?|permission ?set|entitlements?|licen[cs]e(?:[ _]?type)?|user[ _]?type)\b"
_LICENCE = r"\b(?:licen[cs]es?|seats?|subscriptions?)\b"
_STOP = r"\b(?:de-?activat\w*|inactiv\w*|disabl\w*|suspend\w*)"
_PLACE = r"\b(?:manager|department|location|cost ?cent(?:er|re)|division|company|group|team|organi[sz]ation)\b"
_FIELD = r"\b(?:attribute|property|field|column)s?\b"
_ACCOUNT = r"\b(?:user|account|resource|member|entry|object)\b"
_ACCOUNTS = r"(?:\w+ )?(?:accounts?|users?|entries|resources?|records?|objects?|results|matches|members)\b"
_DENIED = (
    r"\b(?:not (?:been )?(?:verified|allowed|permitted|accepted|approved|valid|managed|registered|recogni[sz]ed|trusted"
    r"|supported|authori[sz]ed|part of|found|associated)|un(?:verified|authori[sz]ed|known)|invalid|blocked|rejected"
    r"|belongs to another|does not (?:exist|belong|match))\b"
)

WORDINGS: tuple[Wording, ...] = (
    _says("credentials too large", Cause.NOT_CONFIGURED, r"\bExternalSecret\b"),
    _says(
        "rate limit",
        Cause.APP_THROTTLING,
        r"\brate[ \-]?limit",
        r"\btoo many (?:requests|calls)",
        r"\bthrottl",
        r"\b(?:request|call|api)s? (?:limit|quota)",
        r"\bconcurrent (?:requests|calls)",
        r"\brequests? per (?:second|minute|hour)",
    ),
    _says(
        "tenant address",
        Cause.WRONG_ENDPOINT,
        r"\btenant url\b.{0,80}\b(?:not found|404|wrong|invalid|incorrect|does not exist|not valid)\b",
        r"\b(?:wrong|invalid|incorrect) (?:tenant )?(?:url|endpoint|instance)\b",
        r"\b(?:endpoint|route|api version)\b.{0,30}\b(?:not found|does not exist)\b",
        r"\bcannot (?:get|post|patch) /",
    ),
    _says(
        "connection",
        Cause.ENDPOINT_UNREACHABLE,
        r"\b(?:not able|unable) to connect\b",
        r"\b(?:could ?not|cannot|can't) connect\b",
        r"\berror occurred while sending the request",
        r"\bconnection (?:was |attempt )?(?:refused|timed out|failed|could not be)",
        r"\bno such host\b",
        r"\bhost is (?:unknown|unreachable)\b",
        r"\bname (?:could|can) ?not be resolved\b",
        r"\b(?:ssl|tls)\b",
    ),
    _says(
        "credentials",
        Cause.CREDENTIALS_REJECTED,
        r"\b(?:token|credentials?|secret|api ?key|password|certificate|session)s?\b[^.]{0,60}"
        r"\b(?:expired|invalid|revoked|incorrect|wrong|rejected|not (?:valid|authori[sz]ed|accepted|recogni[sz]ed))\b",
        r"\b(?:invalid|expired|revoked|bad|incorrect|missing)\b[^.]{0,30}"
        r"\b(?:token|credentials?|access key|api ?key|secret)\b",
        r"invalid_(?:token|client|grant)|INVALID_SESSION_ID",
        r"\bnot authenticated\b",
        r"\bauthentication (?:has )?(?:failed|required|is required)\b",
        r"\bcould not authenticate\b",
    ),
    _says(
        "several in the directory",
        Cause.DUPLICATE_IN_DIRECTORY,
        r"\b(?:multiple|more than one|several|two|duplicate)\b.{0,40}\b(?:source|directory|entra|azure)\b",
    ),
    _says(
        "several in the app",
        Cause.DUPLICATE_IN_APP,
        rf"\b(?:multiple|more than one|several|two|[2-9]|\d\d+) {_ACCOUNTS}.{{0,60}}"
        r"\b(?:found|match(?:es|ed)?|fit|exist|returned|have|has|with)\b",
        rf"\bfound (?:multiple|more than one|several|\d+) {_ACCOUNTS}",
    ),
    _says(
        "several values",
        Cause.MULTIPLE_VALUES,
        r"\b(?:exceeds?|over)\b.{0,30}\blimit of (?:1|one)\b",
        r"\bmultiple values\b",
        r"\bsingle[ \-]valued?\b",
        r"\b(?:can|may|must) (?:only )?(?:hold|have|contain|accept) (?:only )?(?:one|a single|1)\b",
        r"\bonly (?:accepts? )?(?:one|a single|1) (?:\w+ )?(?:values?|e-?mails?|phones?|address(?:es)?|primary)\b",
        r"\b(?:more than one|at most one) (?:\w+ )?(?:values?|e-?mail|phone|address|primary)\b",
    ),
    _says(
        "filter",
        Cause.APP_INCOMPATIBLE,
        r"\bfilter(?:s|ing)?\b.{0,80}\b(?:not (?:supported|implemented|allowed|valid)|unsupported|invalid|cannot)\b",
        r"\b(?:unsupported|invalid|unknown|cannot (?:apply|parse))\b.{0,30}\bfilter",
        r"invalidFilter",
    ),
    _says(
        "unreadable answer",
        Cause.APP_INCOMPATIBLE,
        r"\bdeseriali[sz]",
        r"\bunpars[ae]*ble\b",
        r"\b(?:could not|cannot|failed to|error) (?:be )?pars(?:e|ed|ing)\b",
        r"\bmalformed\b",
        r"\b(?:not (?:a )?(?:valid|well[ \-]?formed)|invalid) (?:json|scim)\b",
        r"\bviolates? (?:the )?schema\b",
        r"\bunexpected (?:token|character|response|end of)\b",
    ),
    _says(
        "patch",
        Cause.APP_INCOMPATIBLE,
        r"\bPATCH\b|\bPatchOp\b",
        r"['\"\[]Operations?['\"\]]|\bOperations\[",
        r"['\"]op['\"]",
        r"\bop\b ?[:=]? ?['\"]?(?:add|replace|remove)\b",
        r"\b(?:unsupported|invalid|unknown|unrecogni[sz]ed) (?:patch )?op(?:eration)?s?\b",
        r"\bbool(?:ean)?\b",
        r"\b(?:unsupported|invalid|unknown) path\b",
        r"\bpath\b.{0,60}\bnot (?:supported|valid)\b",
        r"\bcannot (?:be )?(?:cast|converted?)\b",
    ),
    _says(
        "no licence left",
        Cause.LICENCE_EXHAUSTED,
        rf"{_LICENCE}.{{0,60}}\b(?:limit|exceed\w*|exhausted|in use|used up|reached|full|insufficient|depleted)\b",
        rf"{_LICENCE}.{{0,30}}\b(?:not |un)available\b",
        rf"\b(?:no|not enough|insufficient|out of|exceed\w*|maximum|limit|all|lack of)\b.{{0,40}}{_LICENCE}"
        r"(?! ?(?:type|id|value|profile|is (?:set|required)|provided|specified|assigned))",
        r"LICEN[CS]E_LIMIT",
        r"\b(?:user|member|account)s? (?:limit|quota)\b",
        r"\b(?:maximum|max|limit)\b.{0,30}\b(?:users|members|accounts)\b",
        r"\bquota\b",
    ),
    _says(
        "deactivation",
        Cause.APP_REFUSES_DEACTIVATION,
        rf"\b(?:can ?not|can't|may not|must not|unable|not (?:allowed|permitted|possible)|refus\w+|fail\w*)\b"
        rf".{{0,60}}{_STOP}",
        rf"{_STOP}.{{0,60}}\b(?:not (?:allowed|permitted|supported|possible)|can ?not|refus\w+|fail\w*|denied)\b",
        r"\balready (?:in)?active\b",
        r"\bstate\b.{0,40}\b(?:in)?active\b",
        r"\b(?:in)?active state\b",
    ),
    _says(
        "role or licence value",
        Cause.ROLE_OR_LICENCE_VALUE_MISSING,
        rf"{_VALUE}.{{0,40}}(?:{_LACKS}|\bnot (?:assigned|selected)\b)",
        rf"\bno (?:\w+ )?{_VALUE}.{{0,30}}\b(?:given|sent|set|provided|specified|selected)\b",
        rf"(?:{_LACKS}|\b(?:specify|assign|select|needs?|without)\b).{{0,40}}{_VALUE}",
        also=_names_no_attribute,
    ),
    _says(
        "field missing",
        Cause.ROLE_OR_LICENCE_VALUE_MISSING,
        r"REQUIRED[_ ]FIELD[_ ]MISSING",
        also=_names_no_attribute,
    ),
    _says("named field missing", Cause.MISSING_ATTRIBUTE, r"REQUIRED[_ ]FIELD[_ ]MISSING"),
    _says(
        "domain",
        Cause.INVALID_DOMAIN,
        rf"\bdomain\w*\b.{{0,80}}{_DENIED}",
        rf"{_DENIED}.{{0,40}}\bdomain",
    ),
    _says(
        "already there",
        Cause.VALUE_TAKEN_IN_APP,
        r"\balready\b.{0,40}\b(?:exists?|in use|taken|used|uses|registered|assigned|belongs?|has|have|present)\b",
        r"\bexists already\b",
        r"\bduplicate",
        r"\b(?:not|must be|be) unique\b",
        r"\buniqueness\b|\bunique constraint\b",
        r"\b(?:has been|is) taken\b",
        r"\bin use by\b",
    ),
    _says("missing", Cause.MISSING_ATTRIBUTE, *_MISSING, also=names_something),
    _says(
        "reference",
        Cause.REFERENCE_UNKNOWN,
        r"\binvalid (?:lookup )?reference\b",
        r"\blookup\b.{0,40}\b(?:fail\w*|not found|invalid)\b",
        r"\brestricted picklist\b",
        r"CROSS[_ ]REFERENCE",
        r"\breference table\b",
        r"\bnot (?:in|one of) the (?:list|table)\b",
        rf"{_PLACE}.{{0,60}}\b(?:does not exist|not found|unknown|could not be (?:found|resolved))\b",
    ),
    _says(
        "unknown attribute",
        Cause.MAPPING_WRONG,
        rf"{_FIELD}.{{0,80}}\b(?:do(?:es)? not exist|not (?:defined|recogni[sz]ed|supported|found|part of)|unknown)\b",
        r"\b(?:unknown|unrecogni[sz]ed|unsupported|undefined|no such|unexpected) (?:\w+ )?"
        r"(?:attribute|property|field|column)",
        r"\b(?:read[ \-]?only|immutable|cannot be (?:changed|modified|updated))\b",
    ),
    _says(
        "account gone",
        Cause.ACCOUNT_GONE_IN_APP,
        rf"{_ACCOUNT}.{{0,80}}\b(?:not found|does not exist|no longer exists?|been deleted|was deleted)\b",
        rf"{_ACCOUNT}.{{0,80}}\bcould not be found\b",
        r"\bno (?:such )?(?:user|account|resource)\b",
    ),
    _says(
        "permission",
        Cause.APP_PERMISSION,
        r"\b(?:no|insufficient|missing|lacks?|without)\b.{0,30}\b(?:permissions?|rights?|privileges?|scopes?)\b",
        r"\bpermission denied\b|\baccess (?:is )?denied\b",
        r"\bforbidden\b",
        r"\b(?:not |un)authori[sz]ed\b",
        r"\bnot (?:allowed|permitted) to\b",
        r"\b(?:may|can) ?not manage\b",
        r"\b(?:permissions?|scopes?|plan|edition)\b.{0,40}\b(?:required|needed|does not (?:include|allow|support))\b",
    ),
    _says(
        "value refused",
        Cause.ATTRIBUTE_REJECTED,
        r"\bnot (?:a )?valid\b|\binvalid\b|\billegal\b|\bdisallowed\b|\breserved\b",
        r"\btoo (?:long|short)\b",
        r"\b(?:must|may|can|should) ?not (?:contain|include|start|end|exceed|have)\b",
        r"\bmust (?:match|contain|start|end|be (?:one|at|between|less|shorter))\b",
        r"\b(?:exceeds?|longer than|at most|maximum|minimum)\b",
        r"\bcharacters?\b",
        r"\b(?:format|pattern|regular expression)\b",
        r"\bnot (?:an? )?(?:accepted|allowed)(?: value| for)?\b",
        r"\bfailed to satisfy\b",
    ),
    _says(
        "passing fault",
        Cause.APP_UNAVAILABLE,
        r"\btemporarily\b",
        r"\bunavailable\b",
        r"\bmaintenance\b",
        r"\btry again later\b",
        r"\bbad gateway\b",
        r"\btim(?:ed?|e)[ \-]?out\b",
        r"\boverloaded\b",
        r"\binternal (?:server )?error\b",
    ),
)
