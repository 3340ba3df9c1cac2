"""The form fields of Twilio's messaging webhooks."""

from simulator.geography import place
from simulator.messaging.optout import Keyword
from simulator.messaging.record import Message

API_VERSION = "2010-04-01"


def inbound_params(message: Message, opt_out_type: Keyword | None) -> dict[str, str]:
    params = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "SmsStatus": "received",
        "AccountSid": message.account_sid,
        "From": message.from_,
        "To": message.to,
        "Body": message.body,
        "NumMedia": "0",
        "NumSegments": str(message.num_segments),
        "ApiVersion": API_VERSION,
        **place("From", message.from_),
        **place("To", message.to),
    }
    return params | ({"OptOutType": str(opt_out_type)} if opt_out_type else {})


def status_params(message: Message, sid: str) -> dict[str, str]:
    """The SID is given apart from the message, since a fault may name another one."""
    params = {
        "MessageSid": sid,
        "SmsSid": sid,
        "MessageStatus": message.status,
        "SmsStatus": message.status,
        "AccountSid": message.account_sid,
        "From": message.from_,
        "To": message.to,
        "ApiVersion": API_VERSION,
    }
    if message.error_code is not None:
        params["ErrorCode"] = str(message.error_code)
    if message.status in {"delivered", "undelivered"}:
        params["RawDlrDoneDate"] = message.updated.strftime("%y%m%d%H%M")
    return params
