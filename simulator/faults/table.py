"""Every behaviour that can be ordered, by name: what it changes in the plan of a message, or in a webhook's copies."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from simulator.api.errors import api_error
from simulator.faults.order import FaultOrder
from simulator.faults.plan import Answer, Callbacks, Plan

Change = Callable[[Plan, FaultOrder], Plan]

ANSWERS: Mapping[str, Change] = MappingProxyType({
    # refused: nothing was created
    "api-error": lambda plan, fault: replace(
        plan, refusal=api_error(fault.code, status=fault.status, retry_after=fault.retry_after)
    ),
    "too-many-requests": lambda plan, fault: replace(
        plan, refusal=api_error(20429, retry_after=fault.retry_after)
    ),
    "server-error": lambda plan, fault: replace(plan, refusal=api_error(20500, status=fault.status or 503)),
    "hang-up": lambda plan, _: replace(plan, hang_up=True),
    # accepted, but the client cannot know it, or knows it wrong
    "accept-never-answer": lambda plan, _: replace(plan, answer=Answer.NEVER),
    "accept-then-500": lambda plan, _: replace(plan, answer=Answer.SERVER_ERROR),
    "answer-late": lambda plan, fault: replace(plan, answer_after=fault.real_seconds),
    "cut-answer": lambda plan, _: replace(plan, answer=Answer.CUT),
    "wrong-sid": lambda plan, _: replace(plan, wrong_sid=True),
})  # fmt: skip

OUTCOMES: Mapping[str, Change] = MappingProxyType({
    "undelivered": lambda plan, fault: replace(plan, outcome="undelivered", error_code=fault.code),
    "failed": lambda plan, fault: replace(plan, outcome="failed", error_code=fault.code),
})  # fmt: skip

CALLBACKS: Mapping[str, Change] = MappingProxyType({
    "callback-before-answer": lambda plan, _: replace(plan, callbacks=Callbacks.BEFORE_ANSWER),
    "no-callback": lambda plan, _: replace(plan, callbacks=Callbacks.NONE),
    "callback-twice": lambda plan, _: replace(plan, callbacks=Callbacks.TWICE),
    "callbacks-backwards": lambda plan, _: replace(plan, callbacks=Callbacks.BACKWARDS),
    "callback-of-another": lambda plan, _: replace(plan, callbacks=Callbacks.OF_ANOTHER),
})  # fmt: skip

LISTS: Mapping[str, Change] = MappingProxyType({
    "list-lag": lambda plan, fault: replace(plan, listed_after=fault.real_seconds),
})  # fmt: skip

AFTER_ACCEPTANCE = (OUTCOMES, CALLBACKS, LISTS)

WEBHOOK_COPIES: Mapping[str, int] = MappingProxyType({"webhook-lost": 0, "webhook-twice": 2})
