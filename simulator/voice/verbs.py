"""What TwiML can ask of a call, each verb with what matters of its attributes; seconds are call seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Play:
    loop: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    length: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Hangup:
    pass


@dataclass(frozen=True, kw_only=True, slots=True)
class Reject:
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Redirect:
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageVerb:
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    action: str
    max_length: float
    status_callback: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Gather:
    action: str
    timeout: float
    prompts: tuple["Verb", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DialNumber:
    """One phone that a Dial rings."""

    e164: str
    url: str | None
    status_callback: str | None
    status_events: frozenset[str]
    machine_detection: str | None
    amd_status_callback: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Dial:
    action: str | None
    timeout: float
    answer_on_bridge: bool
    caller_id: str | None
    numbers: tuple[DialNumber, ...]


Verb = Say | Play | Pause | Hangup | Reject | Redirect | MessageVerb | Record | Gather | Dial


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    url: str
    verbs: tuple[Verb, ...]


NOTHING = Document(url="", verbs=())
"""A document that ends the call."""
