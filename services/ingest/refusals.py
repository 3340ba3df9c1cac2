"""Every way in which a webhook is turned away: the status for Twilio, the sentence for whoever looks into it."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Self


@unique
class Refusal(StrEnum):
    """Machine name of a refusal, also its label in the metrics."""

    status: int
    sentence: str

    def __new__(cls, value: str, status: int, sentence: str) -> Self:
        refusal = str.__new__(cls, value)
        refusal._value_ = value
        refusal.status = status
        refusal.sentence = sentence
        return refusal

    NO_SUCH_PATH = "no_such_path", 404, "there is no such endpoint"
    NOT_A_POST = "not_a_post", 405, "webhooks are POSTed: set the method to POST"
    NOT_A_FORM = "not_a_form", 415, "the body must be application/x-www-form-urlencoded"
    TOO_LARGE = "too_large", 413, "the body is larger than 64 KiB"
    TOO_SLOW = "too_slow", 408, "the body did not arrive in time"
    CUT_OFF = "cut_off", 400, "the connection ended before the body did"
    UNREADABLE = "unreadable", 400, "the form or the query is not UTF-8, or has too many fields"
    ACCOUNT_UNKNOWN = "account_unknown", 403, "no credentials are known for this account"
    SIGNATURE_WRONG = "signature_wrong", 403, "the signature does not fit: check the auth token and the public URL"
    NOT_READY = "not_ready", 503, "the businesses are not loaded yet"
    BUSINESS_UNKNOWN = "business_unknown", 404, "no business of this id is known"
    NUMBER_UNKNOWN = "number_unknown", 404, "no business is connected with this number"
    ACCOUNT_MISMATCH = "account_mismatch", 403, "the business belongs to another account"
    FIELD_MISSING = "field_missing", 400, "a field that every such webhook carries is missing or malformed"
    QUERY_INCOMPLETE = "query_incomplete", 400, "the callback URL lacks what we put into its query"
    NOT_PUBLISHED = "not_published", 503, "the event could not be recorded, try again"
    SPOOL_FULL = "spool_full", 503, "Kafka is away and the spool is full, try again"
    NOT_SPOOLED = "not_spooled", 503, "Kafka is away and the disk does not take the event, try again"
    NOT_HEARD_YET = "not_heard_yet", 503, "Kafka is away: the message is kept, and nobody has heard it yet; try again"
    BROKEN = "broken", 500, "something broke here"


class Refused(Exception):  # noqa: N818 - it is an answer
    """The webhook is not taken. `about` names what it is about in the log and never holds personal data."""

    def __init__(self, refusal: Refusal, *, about: str = "") -> None:
        super().__init__(refusal.sentence)
        self.refusal = refusal
        self.about = about


class Ignored(Exception):  # noqa: N818
    """The webhook is genuine and there is nothing in it for us: answered with 2xx, so that Twilio sees no failure."""
