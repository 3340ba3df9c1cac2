"""Messages and call legs as Twilio's JSON."""

from typing import Any

from simulator.clock import rfc2822
from simulator.messaging.record import Message
from simulator.voice.record import Leg

API_VERSION = "2010-04-01"

ERROR_SENTENCES = {
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Carrier violation",
    30008: "Unknown error",
    30034: "Message from an Unregistered Number",
    30036: "Validity Period Expired",
}


def message_view(message: Message, shown_sid: str | None = None) -> dict[str, Any]:
    """`shown_sid`: the wrong one, where a fault wants it."""
    sid = shown_sid or message.sid
    path = f"/{API_VERSION}/Accounts/{message.account_sid}/Messages/{sid}"
    error = message.error_code
    return {
        "account_sid": message.account_sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": rfc2822(message.created),
        "date_sent": rfc2822(message.sent),
        "date_updated": rfc2822(message.updated),
        "direction": message.direction,
        "error_code": error,
        "error_message": None if error is None else ERROR_SENTENCES.get(error, "Unknown error"),
        "from": message.from_,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(message.num_segments),
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": message.status,
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": message.to,
        "uri": f"{path}.json",
    }


def call_view(leg: Leg) -> dict[str, Any]:
    path = f"/{API_VERSION}/Accounts/{leg.account_sid}/Calls/{leg.sid}"
    return {
        "account_sid": leg.account_sid,
        "answered_by": leg.answered_by,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": rfc2822(leg.created),
        "date_updated": rfc2822(leg.updated),
        "direction": leg.direction,
        "duration": None if leg.ended is None else str(leg.duration or 0),
        "end_time": rfc2822(leg.ended),
        "forwarded_from": leg.forwarded_from,
        "from": leg.from_,
        "from_formatted": leg.from_,
        "group_sid": None,
        "parent_call_sid": leg.parent_sid,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": leg.sid,
        "start_time": rfc2822(leg.created),
        "status": "ringing" if leg.status == "initiated" else leg.status,
        "subresource_uris": {"recordings": f"{path}/Recordings.json"},
        "to": leg.to,
        "to_formatted": leg.to,
        "trunk_sid": None,
        "uri": f"{path}.json",
    }
