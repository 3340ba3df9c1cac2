"""Speaks the control API: demos, tests and the load generator steer the simulator by it and see what came of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

from aiohttp import ClientSession
from pydantic import BaseModel, ConfigDict, Field

from simulator.directory import Number
from simulator.faults.order import FaultOrder
from simulator.voice.script import CallScript
from simulator.webhooks.steps import Step


class Webhook(BaseModel):
    step: Step
    sequence: str | None
    status: int | None
    seconds: float
    attempts: int
    trouble: str | None
    lost: bool


class LegState(BaseModel):
    call_sid: str
    status: str
    duration: int | None


class CallState(BaseModel):
    call_sid: str
    status: str
    duration: int | None
    done: bool
    obeyed: list[str]
    errors: list[dict[str, Any]]
    webhooks: list[Webhook]
    legs: list[LegState]

    def steps(self) -> list[Step]:
        return [webhook.step for webhook in self.webhooks]


class TextState(BaseModel):
    """Of what somebody wrote. `done`: its webhook was answered or given up; `taken`: answered with success."""

    done: bool
    taken: bool
    webhooks: list[Webhook]


class ReachedText(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    sid: str
    from_: str = Field(alias="from")
    to: str
    body: str
    status: str
    at: str
    author: Literal["customer", "twilio"]


class ControlError(Exception):
    """The simulator refused what was asked of its control API; the sentence is its own."""


class SimulatorClient:
    def __init__(self, url: str, session: ClientSession) -> None:
        self.url = url
        self._session = session

    @classmethod
    @asynccontextmanager
    async def connected(cls, url: str) -> "AsyncIterator[SimulatorClient]":
        async with ClientSession() as session:
            yield cls(url, session)

    async def put_account(self, sid: str, tokens: Sequence[str]) -> None:
        await self._ask("PUT", f"accounts/{sid}", {"tokens": list(tokens)})

    async def put_number(self, e164: str, number: Number) -> None:
        await self._ask("PUT", f"numbers/{e164}", number)

    async def call(self, script: CallScript) -> str:
        """Someone calls; the CallSid."""
        sid: str = (await self._ask("POST", "calls", script))["call_sid"]
        return sid

    async def call_state(self, sid: str, *, wait: float = 0) -> CallState:
        return CallState.model_validate(await self._ask("GET", f"calls/{sid}", wait=str(wait)))

    async def finished_call(self, sid: str, *, within: float = 30) -> CallState:
        """The call once its last webhook is delivered. Raises TimeoutError after so many real seconds."""
        state = await self.call_state(sid, wait=within)
        if not state.done:
            raise TimeoutError(f"call {sid} is still {state.status} after {within} s")
        return state

    async def text(self, from_: str, to: str, body: str, *, again_after: float | None = None) -> str:
        """Someone texts a connected number; the MessageSid. Its webhook comes again after so many call seconds."""
        asked = {"from": from_, "to": to, "body": body, "again_after": again_after}
        sid: str = (await self._ask("POST", "messages", asked))["message_sid"]
        return sid

    async def answered_text(self, sid: str, *, within: float = 30) -> TextState:
        """What somebody wrote, once its webhook is answered. Raises TimeoutError after so many real seconds."""
        state = TextState.model_validate(await self._ask("GET", f"messages/{sid}", wait=str(within)))
        if not state.done:
            raise TimeoutError(f"the webhook of message {sid} is not answered after {within} s")
        return state

    async def phone(self, e164: str) -> list[ReachedText]:
        found = await self._ask("GET", f"phones/{e164}")
        return [ReachedText.model_validate(text) for text in found["texts"]]

    async def messages(self, *, to: str | None = None, from_: str | None = None) -> list[dict[str, Any]]:
        """Every message ever created, newest first, in Twilio's JSON; of one receiver or sender where named."""
        narrowed = {name: number for name, number in (("to", to), ("from", from_)) if number is not None}
        found: list[dict[str, Any]] = (await self._ask("GET", "messages", **narrowed))["messages"]
        return found

    async def order_fault(self, fault: FaultOrder) -> None:
        await self._ask("POST", "faults", fault)

    async def faults(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self._ask("GET", "faults"))["faults"]
        return found

    async def clear_faults(self) -> None:
        await self._ask("DELETE", "faults")

    async def webhook_failures(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self._ask("GET", "webhooks/failures"))["failures"]
        return found

    async def reset(self) -> None:
        await self._ask("POST", "reset")

    async def _ask(self, method: str, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        sent = body.model_dump(mode="json", by_alias=True) if isinstance(body, BaseModel) else body
        url = f"{self.url}/control/{path}"
        async with self._session.request(method, url, json=sent, params=query) as answer:
            if not answer.ok:
                raise ControlError(f"{method} {path.partition('/')[0]}: {answer.status} {await answer.text()}")
            found: dict[str, Any] = await answer.json()
            return found
