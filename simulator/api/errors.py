"""Twilio's error answers: the code, the sentence and the HTTP status, in the form its clients parse."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse

_BAD_REQUEST = 400
_TOO_MANY = 429

SENTENCES = {
    20001: "Invalid parameter",
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    20503: "Service Unavailable",
    21211: "Invalid 'To' Phone Number",
    21212: "Invalid 'From' Phone Number",
    21266: "'To' and 'From' number cannot be the same",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number provided is not a valid message-capable Twilio phone number for this destination",
    21608: "The number is unverified. Trial accounts cannot send messages to unverified numbers",
    21609: "Invalid 'StatusCallback' URL",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21612: "Message cannot be sent with the current combination of 'To' and/or 'From' parameters",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21624: "Invalid validity period value",
    21635: "'To' number cannot be a landline",
    21701: "The Messaging Service does not exist",
    63038: "Account exceeded the daily messages limit",
}
_STATUSES = {20003: 401, 20404: 404, 20429: 429, 20500: 500, 20503: 503, 63038: 429}


@dataclass(kw_only=True, eq=False)  # not frozen: whoever raises an exception writes its traceback into it
class ApiError(Exception):
    """The request was refused; nothing was created."""

    code: int
    message: str
    status: int
    retry_after: int | None = None
    """Seconds; Twilio sends the header with some of its 429s."""


def api_error(code: int, *, status: int | None = None, retry_after: int | None = None) -> ApiError:
    """The error with Twilio's own sentence; codes unknown here are 400s, as most of Twilio's are."""
    return ApiError(
        code=code,
        message=SENTENCES.get(code, "The request was refused"),
        status=status or _STATUSES.get(code, _BAD_REQUEST),
        retry_after=retry_after,
    )


def rendered(error: ApiError) -> JSONResponse:
    body: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
        "status": error.status,
    }
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else None
    return JSONResponse(body, status_code=error.status, headers=headers)
