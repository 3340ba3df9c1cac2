"""TwiML read into verbs; whatever cannot be obeyed is an error here, as Twilio would play its application error."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, ParseError, fromstring

from simulator.voice.verbs import (
    Dial,
    DialNumber,
    Document,
    Gather,
    Hangup,
    MessageVerb,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    Verb,
)


class TwimlError(Exception):
    """Twilio cannot obey this answer: the caller hears an application error, and the call ends."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence


def parse(text: str, url: str) -> Document:
    """The document found at the URL; relative addresses in it are made whole."""
    try:
        root = fromstring(text)  # noqa: S314  # the answers come from the system under test, on loopback
    except ParseError as error:
        raise TwimlError(12100, f"the answer is no XML: {error}") from None
    if root.tag != "Response":
        raise TwimlError(12200, f"the root element is {root.tag}, not Response")
    return Document(url=url, verbs=tuple(_verb(child, url) for child in root))


def _verb(element: Element, url: str) -> Verb:
    build = _BUILDERS.get(element.tag)
    if build is None:
        raise TwimlError(12200, f"no such verb here: {element.tag}")
    return build(element, url)


def _dial(element: Element, url: str) -> Dial:
    numbers = tuple(_number(child, url) for child in element)
    plain = (element.text or "").strip()
    if plain and not numbers:
        numbers = (_number(element, url, plain=True),)
    return Dial(
        action=_address(element, "action", url),
        timeout=_seconds(element, "timeout", 30),
        answer_on_bridge=element.get("answerOnBridge") == "true",
        caller_id=element.get("callerId"),
        numbers=numbers,
    )


def _number(element: Element, url: str, *, plain: bool = False) -> DialNumber:
    if element.tag != "Number" and not plain:
        raise TwimlError(12200, f"no such noun in Dial here: {element.tag}")
    events = element.get("statusCallbackEvent", "completed").split()
    return DialNumber(
        e164=(element.text or "").strip(),
        url=None if plain else _address(element, "url", url),
        status_callback=None if plain else _address(element, "statusCallback", url),
        status_events=frozenset(events),
        machine_detection=element.get("machineDetection"),
        amd_status_callback=_address(element, "amdStatusCallback", url),
    )


def _gather(element: Element, url: str) -> Gather:
    return Gather(
        action=_address(element, "action", url) or url,
        timeout=_seconds(element, "timeout", 5),
        prompts=tuple(_verb(child, url) for child in element),
    )


def _record(element: Element, url: str) -> Record:
    return Record(
        action=_address(element, "action", url) or url,
        max_length=_seconds(element, "maxLength", 3600),
        status_callback=_address(element, "recordingStatusCallback", url),
    )


def _address(element: Element, name: str, url: str) -> str | None:
    value = element.get(name)
    return urljoin(url, value) if value else None


def _seconds(element: Element, name: str, otherwise: float) -> float:
    value = element.get(name)
    if value is None:
        return otherwise
    if not value.isdecimal():
        raise TwimlError(12200, f"{element.tag} {name} is not a whole number of seconds")
    return float(value)


def _words(element: Element) -> str:
    return "".join(element.itertext()).strip()


_BUILDERS: Mapping[str, Callable[[Element, str], Verb]] = MappingProxyType({
    "Dial": _dial,
    "Gather": _gather,
    "Record": _record,
    "Say": lambda element, _: Say(text=_words(element)),
    "Play": lambda element, _: Play(loop=int(_seconds(element, "loop", 1))),
    "Pause": lambda element, _: Pause(length=_seconds(element, "length", 1)),
    "Hangup": lambda _element, _: Hangup(),
    "Reject": lambda element, _: Reject(reason=element.get("reason", "rejected")),
    "Redirect": lambda element, url: Redirect(url=urljoin(url, _words(element))),
    "Message": lambda element, _: MessageVerb(body=_words(element)),
})  # fmt: skip
