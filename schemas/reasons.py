"""Why: one list of reasons for every decision, each with the sentence a person reads."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Self


@unique
class Reason(StrEnum):
    """Machine name of a reason; `sentence` is for people."""

    sentence: str

    def __new__(cls, value: str, sentence: str) -> Self:
        reason = str.__new__(cls, value)
        reason._value_ = value
        reason.sentence = sentence
        return reason

    # the call: decider
    DIAL_ANSWERED = "dial_answered", "somebody at the business answered and was connected"
    DIAL_NO_ANSWER = "dial_no_answer", "the business's phone rang and nobody answered"
    DIAL_BUSY = "dial_busy", "the business's line was busy"
    DIAL_FAILED = "dial_failed", "the business's phone could not be reached"
    DIAL_CANCELED = "dial_canceled", "the caller hung up while it rang"
    NOT_BRIDGED = "not_bridged", "the business's phone was picked up but nobody was connected to the caller"
    CALLER_HUNG_UP = "caller_hung_up", "the caller hung up before anybody answered"
    CALL_NO_ANSWER = "call_no_answer", "the call was never answered"
    CALL_BUSY = "call_busy", "the number was busy"
    CALL_FAILED = "call_failed", "the call failed before anybody answered"
    NEVER_RANG = "never_rang", "the call ended without any phone of the business having rung"
    FORWARDED_UNANSWERED = "forwarded_unanswered", "the business's own carrier forwarded the call unanswered"
    NO_EVIDENCE = "no_evidence", "the call ended, and nothing says whether anybody answered"
    NEVER_ENDED = "never_ended", "the end of the call was never reported"
    NOT_INBOUND = "not_inbound", "it was not a call to the business"
    OWN_NUMBER = "own_number", "the caller is a number of the business itself"

    # the person: compliance
    PERMITTED = "permitted", "the caller may be texted"
    BUSINESS_UNKNOWN = "business_unknown", "no business of that id is known"
    TRIAL_OVER = "trial_over", "the free trial is over and no plan was taken"
    SUSPENDED = "suspended", "the business's account is suspended"
    CANCELLED = "cancelled", "the business cancelled its account"
    TERMINATED = "terminated", "the business's account was terminated"
    CALLER_WITHHELD = "caller_withheld", "the caller withheld the number, so there is nobody to text"
    CALLER_NOT_TEXTABLE = "caller_not_textable", "the caller is not a phone that can be texted"
    OPTED_OUT = "opted_out", "the caller asked not to be texted"
    UNREACHABLE = "unreachable", "texts cannot reach this number, it is a landline or not in service"
    COOLDOWN = "cooldown", "the caller was texted a short while ago"
    TOO_LATE = "too_late", "too much time has passed since the call"
    NO_WORDS = "no_words", "the business's words cannot be made into a lawful text"
    ANSWERED_AFTER_ALL = "answered_after_all", "the call turned out to have been answered"

    # the send: sender
    ACCEPTED = "accepted", "Twilio took the text"
    EXPIRED = "expired", "the text was not sent in time, and a late one is worse than none"
    PAUSED = "paused", "texting is paused"
    SHADOWED = "shadowed", "texting is in shadow mode: everything was done but the sending"
    CONFIGURATION = "configuration", "Twilio refused the text: the account or number is not set up for it"
    ACCOUNT_HALTED = "account_halted", "Twilio refused the account itself"
    NUMBER_UNREACHABLE = "number_unreachable", "Twilio or the carrier says that the number cannot be texted"
    RECIPIENT_OPTED_OUT = "recipient_opted_out", "Twilio says that the recipient opted out"
    CARRIER_FILTERED = "carrier_filtered", "the carrier filtered the text"
    OUR_BUG = "our_bug", "Twilio refused the text as malformed"
    REFUSED = "refused", "Twilio refused the text"
    HANDSET_UNREACHABLE = "handset_unreachable", "the handset could not be reached"
    VALIDITY_EXPIRED = "validity_expired", "the carrier gave up within the text's validity"
    QUEUE_FULL = "queue_full", "Twilio's queue for the number is full"
    BUSY = "busy", "Twilio asked to wait, and the text's time ran out"
    NO_ANSWER_FROM_TWILIO = "no_answer_from_twilio", "the text was posted and no answer came back"
    CLAIM_LOST = "claim_lost", "the sender died with the text in hand"
    NEVER_SEEN = "never_seen", "nobody has seen the text at Twilio; it is not sent again"
    RULED = "ruled", "a person looked into it and ruled"
