"""What the HTTP status and the SCIM type of an app's answer say, where the code says nothing."""

from collections.abc import Mapping

from provisioning.model import Cause

BY_STATUS: Mapping[int, Cause] = {
    400: Cause.APP_REFUSED,
    401: Cause.CREDENTIALS_REJECTED,
    402: Cause.LICENCE_EXHAUSTED,
    403: Cause.APP_PERMISSION,
    404: Cause.WRONG_ENDPOINT,
    405: Cause.APP_PERMISSION,
    408: Cause.APP_UNAVAILABLE,
    409: Cause.VALUE_TAKEN_IN_APP,
    410: Cause.ACCOUNT_GONE_IN_APP,
    422: Cause.APP_REFUSED,
    429: Cause.APP_THROTTLING,
    500: Cause.APP_UNAVAILABLE,
    501: Cause.APP_INCOMPATIBLE,
    502: Cause.APP_UNAVAILABLE,
    503: Cause.APP_UNAVAILABLE,
    504: Cause.APP_UNAVAILABLE,
}
TELLING = frozenset({409, 429})  # statuses that say enough even beside a code that nobody knows

# RFC 7644, 3.12; folded to lower case.
BY_SCIM_TYPE: Mapping[str, Cause] = {
    "uniqueness": Cause.VALUE_TAKEN_IN_APP,
    "invalidfilter": Cause.APP_INCOMPATIBLE,
    "invalidsyntax": Cause.APP_INCOMPATIBLE,
    "invalidpath": Cause.APP_INCOMPATIBLE,
    "notarget": Cause.APP_INCOMPATIBLE,
    "toomany": Cause.APP_INCOMPATIBLE,
    "invalidvers": Cause.APP_INCOMPATIBLE,
    "sensitive": Cause.APP_INCOMPATIBLE,
    "mutability": Cause.MAPPING_WRONG,
    "invalidvalue": Cause.ATTRIBUTE_REJECTED,
}
PROTOCOL = frozenset(
    {"invalidfilter", "invalidsyntax", "invalidpath", "notarget"}
)  # the app misread the request itself
