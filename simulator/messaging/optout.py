"""Twilio's own handling of STOP, START and HELP on long codes: whose words it takes, and what it replies by itself."""

from enum import StrEnum

_STOP = frozenset({"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"})
_START = frozenset({"START", "UNSTOP", "YES"})
_HELP = frozenset({"HELP", "INFO"})


class Keyword(StrEnum):
    STOP = "STOP"
    START = "START"
    HELP = "HELP"


REPLIES = {
    Keyword.STOP: "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe.",
    Keyword.START: "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    Keyword.HELP: "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def keyword(body: str) -> Keyword | None:
    """The keyword that a body is; the whole of it must be the word, in any case."""
    word = body.strip().upper()
    if word in _STOP:
        return Keyword.STOP
    if word in _START:
        return Keyword.START
    return Keyword.HELP if word in _HELP else None


class Blocked:
    """Pairs of our number and a handset between which nothing is carried any more."""

    def __init__(self) -> None:
        self._pairs: set[tuple[str, str]] = set()

    def holds(self, number: str, phone: str) -> bool:
        return (number, phone) in self._pairs

    def hear(self, word: Keyword, number: str, phone: str) -> bool:
        """Take the person at their word; says whether Twilio replies. What is so already gets no second reply."""
        pair = (number, phone)
        if word is Keyword.HELP:
            return True
        changes = (pair in self._pairs) is (word is Keyword.START)
        (self._pairs.add if word is Keyword.STOP else self._pairs.discard)(pair)
        return changes

    def clear(self) -> None:
        self._pairs.clear()
