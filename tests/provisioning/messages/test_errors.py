"""Error texts, taken apart."""

import json
from datetime import UTC, datetime

import pytest

from provisioning.attempts import ForeignError
from provisioning.messages import read_error
from provisioning.messages.errors import without_addresses

FRAME = (
    "StatusCode: {status}\r\nMessage: Processing of the HTTP request resulted in an exception. Please see the HTTP "
    "response returned by the 'Response' property of this exception for details.\r\nWeb Response: \r\n{body}. This "
    "operation was retried 3 times. It will be retried again after this date: 2026-03-02T15:30:00.1234567Z UTC"
)
SCIM = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
    "status": "409",
    "scimType": "uniqueness",
    "detail": "A resource with this email already exists",
}


def framed(body: object, status: str = "Conflict") -> ForeignError:
    words = body if isinstance(body, str) else json.dumps(body)
    return read_error(FRAME.format(status=status, body=words), code="ContosoEntryConflict")


def test_a_scim_error_in_microsofts_frame_is_read_whole() -> None:
    error = framed(SCIM)
    assert error.code == "ContosoEntryConflict"
    assert error.http == 409
    assert error.scim_type == "uniqueness"
    assert error.detail == "A resource with this email already exists"
    assert error.attributes == ("mail",)
    assert error.retried == 3
    assert error.next_retry == datetime(2026, 3, 2, 15, 30, 0, 123456, tzinfo=UTC)
    assert error.text
    assert error.text.startswith("StatusCode: Conflict")


def test_json_that_hides_in_the_detail_is_unfolded() -> None:
    inner = json.dumps({"error": {"code": 400, "message": "name.familyName may not be null"}})
    error = framed({"status": 400, "detail": inner}, status="BadRequest")
    assert error.detail == "name.familyName may not be null"
    assert error.attributes == ("surname",)
    assert error.http == 400


def test_words_in_front_of_hidden_json_do_not_hide_it() -> None:
    inner = 'Upstream said: {"errorMessage": "Badge number missing"}'
    assert framed({"detail": inner}).detail == "Badge number missing"


def test_the_scim_type_is_found_in_hidden_json_too() -> None:
    assert framed({"detail": json.dumps({"scimType": "invalidFilter", "detail": "no"})}).scim_type == "invalidFilter"


def test_broken_json_gives_what_it_holds() -> None:
    broken = '{"schemas":"["urn:ietf:params:scim:api:messages:2.0:Error"]","status":"400","scimType":"invalidValue",'
    broken += "\"detail\":\"Required property 'familyName' not found in JSON. Path '', line 1.\"}"
    error = framed(broken, status="BadRequest")
    assert error.detail == "Required property 'familyName' not found in JSON. Path '', line 1."
    assert error.scim_type == "invalidValue"
    assert error.attributes == ("surname",)


def test_a_body_cut_off_in_the_middle_still_gives_its_detail() -> None:
    assert framed('{"scimType":"uniqueness","detail":"taken"').detail == "taken"


def test_plain_words_are_the_detail_without_the_frame() -> None:
    assert framed("Bad Request", status="BadRequest").detail == "Bad Request"


def test_a_list_of_errors_gives_the_first_sentence() -> None:
    assert framed({"Errors": [{"description": "Seat limit"}, {"description": "x"}]}).detail == "Seat limit"


def test_an_empty_body_leaves_microsofts_message() -> None:
    detail = framed("").detail
    assert detail
    assert detail.startswith("Processing of the HTTP request")


def test_the_second_frame_is_read_too() -> None:
    words = (
        "Received response from Web resource. Resource: https://app.example/scim/Users?filter=userName+eq+jose "
        "Operation: GET Response Status Code: Unauthorized Response Headers: Date: x "
        'Response Content: {"detail": "The token has expired"}'
    )
    error = read_error(words)
    assert error.http == 401
    assert error.detail == "The token has expired"


@pytest.mark.parametrize(
    ("status", "http"),
    [
        ("Conflict", 409),
        ("BadRequest", 400),
        ("UnprocessableEntity", 422),
        ("TooManyRequests", 429),
        ("InternalServerError", 500),
        ("ServiceUnavailable", 503),
        ("404", 404),
        ("NeverHeardOf", None),
        ("OK", None),
    ],
)
def test_dotnet_status_names_become_numbers(status: str, http: int | None) -> None:
    assert framed("nothing", status=status).http == http


@pytest.mark.parametrize(
    ("words", "http"),
    [
        ("HTTP 409 from the app", 409),
        ("HTTP/1.1 503 Service Unavailable", 503),
        ("failed (422)", 422),
        ("room 409", None),
    ],
)
def test_a_bare_status_counts_only_where_it_is_called_one(words: str, http: int | None) -> None:
    assert read_error(words).http == http


def test_the_frames_status_outweighs_the_bodys() -> None:
    assert framed({**SCIM, "status": "400"}).http == 409


def test_the_bodys_status_serves_where_there_is_no_frame() -> None:
    assert read_error(json.dumps(SCIM)).http == 409


def test_addresses_lose_what_identifies_people() -> None:
    error = framed({"detail": "See https://app.example/Users/jose@fabrikam.example?x=1 for more"})
    assert error.detail == "See https://app.example/… for more"


@pytest.mark.parametrize("nothing", [None, "", "  \r\n"])
def test_nothing_is_nothing(nothing: str | None) -> None:
    assert read_error(nothing) == ForeignError(code=None)


def test_the_code_that_stood_beside_is_kept_as_it_came() -> None:
    assert read_error("x", code=" BoxEntryConflict ").code == "BoxEntryConflict"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Error code: ContosoEntryConflict, see the log", "ContosoEntryConflict"),
        ('{"errorCode": "MissingValues"}', "MissingValues"),
        ("SalesforceLicenseLimitExceeded", "SalesforceLicenseLimitExceeded"),
        ("We got a BoxEntryConflict today", "BoxEntryConflict"),
        ("FlumphExploded: no", "FlumphExploded"),
        ("There is a Conflict of interest", None),
        ("StatusCode: Conflict", None),
        ("Hello: world", None),
    ],
)
def test_without_one_the_text_is_searched_for_a_code(words: str, code: str | None) -> None:
    assert read_error(words).code == code


def test_a_never_is_no_next_retry() -> None:
    assert read_error("It will be retried again after this date: 0001-01-01T00:00:00Z UTC").next_retry is None


def test_a_web_address_keeps_its_host_alone() -> None:
    words = "GET https://scim.contoso.example/Users?filter=userName%20eq%20%22jose@fabrikam.example%22 failed"
    assert without_addresses(words) == "GET https://scim.contoso.example/… failed"
    assert without_addresses(None) is None
