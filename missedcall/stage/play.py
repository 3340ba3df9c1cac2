"""Plays one scene: sets its businesses up as an operator would, lets people call and text, and awaits the outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from missedcall.business_book import begin, book
from missedcall.stage import scene as script
from missedcall.stage.known import businesses_known
from missedcall.stage.observer import Observer
from schemas.businesses import Mode
from services.businesses.rules import Wishes
from simulator.client import SimulatorClient
from simulator.directory import Number, OptOut
from simulator.faults.order import FaultOrder
from simulator.voice.script import Callee, CallScript

_STEP_SECONDS = 30.0
# What a business that is only observed runs itself.
_OWN_APPLICATION = '<Response><Dial answerOnBridge="true" timeout="15">+13125550100</Dial></Response>'
_LONGER_THAN_A_TRIAL = timedelta(days=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A step, what it is about (a call or message SID), and what came of it."""

    step: script.Step
    about: str
    became: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    scene: script.Scene
    steps: tuple[Played, ...]
    texts: Mapping[str, int]

    @property
    def expected(self) -> str:
        return _told((step.becomes for step in self.scene.steps if not step.fault), self.scene.texts)

    @property
    def observed(self) -> str:
        return _told((played.became for played in self.steps), self.texts)

    @property
    def ok(self) -> bool:
        return self.expected == self.observed


def _as_it_says(step: script.Step, became: tuple[str, ...]) -> bool:
    return became == step.becomes


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Of a business that was set up: the number that people call, and the phones that it rings."""

    number: str
    phones: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Stage:
    """A running system with a simulated Twilio, and an account on both."""

    twilio: SimulatorClient
    observer: Observer
    public_url: str
    account_sid: str
    environ: Mapping[str, str]
    metrics_urls: Sequence[str]
    numbers: Iterator[str]
    step_seconds: float = _STEP_SECONDS
    enough: Callable[[script.Step, tuple[str, ...]], bool] = _as_it_says
    """Whether a step that became this is waited for no longer."""

    async def play_all(
        self, scenes: Sequence[script.Scene], *, told: Callable[[Outcome], None] = lambda _: None
    ) -> list[Outcome]:
        """Side by side, since no two share a person or a business; each is told as soon as it is over."""
        casts = await asyncio.gather(*map(self._cast, scenes))
        async with book(self.environ) as businesses:
            known = len(await businesses.everyone())
        await businesses_known(self.metrics_urls, count=known, within=_STEP_SECONDS)

        async def play(scene: script.Scene, cast: Cast) -> Outcome:
            told(outcome := await self._play(scene, cast))
            return outcome

        return await asyncio.gather(*map(play, scenes, casts))

    async def open(self, business: script.Business, *, opt_out: OptOut = OptOut.DEFAULT) -> Line:
        """The number is connected at Twilio first: the business is not there before it can be reached."""
        line = Line(number=next(self.numbers), phones=tuple(next(self.numbers) for _ in range(business.phones)))
        await self.twilio.put_number(line.number, self._connected(business, opt_out))
        wishes = Wishes(
            name=business.name,
            numbers=(line.number,),
            account_sid=self.account_sid,
            mode=business.mode,
            forward_to=line.phones or None,
            template=business.template,
            cooldown_minutes=business.cooldown_minutes,
        )
        began = datetime.now(UTC) - (_LONGER_THAN_A_TRIAL if business.trial == "over" else timedelta())
        business_id = f"b_{token_hex(8)}"
        await begin(wishes, self.environ, business_id=business_id, now=began, within_seconds=_STEP_SECONDS)
        return line

    async def _cast(self, scene: script.Scene) -> Cast:
        cast = Cast(numbers=self.numbers)
        for alias, business in scene.businesses.items():
            line = await self.open(business)
            cast.businesses[alias], cast.phones[alias] = line.number, line.phones
        return cast

    async def _play(self, scene: script.Scene, cast: Cast) -> Outcome:
        if scene.at_once:
            steps = await asyncio.gather(*(self._step(step, cast) for step in scene.steps))
        else:
            steps = [await self._step(step, cast) for step in scene.steps]
        played = [step for step in steps if step is not None]
        settled = tuple(Played(step=p.step, about=p.about, became=self.observer.became(p.about)) for p in played)
        texts = {person: await self._texts_of(cast.person(person), cast) for person in scene.texts}
        return Outcome(scene=scene, steps=settled, texts=texts)

    def _connected(self, business: script.Business, opt_out: OptOut) -> Number:
        observed = business.mode is Mode.OBSERVE
        return Number(
            account_sid=self.account_sid,
            voice_url=None if observed else self._webhook("voice"),
            voice_twiml=_OWN_APPLICATION if observed else None,
            sms_url=self._webhook("message"),
            status_callback_url=self._webhook("call-status"),
            opt_out=opt_out,
        )

    def _webhook(self, step: str) -> str:
        """As the README advises: with the fragment, Twilio tries again what it would give up otherwise."""
        return f"{self.public_url}/twilio/{step}#rc=3&rp=ct,rt,5xx"

    async def _step(self, step: script.Step, cast: Cast) -> Played | None:
        if step.fault is not None:
            await self._order(step.fault, cast)
            return None
        about = await (self._call(step.call, cast) if step.call else self._text(step.text, cast))
        became = await self.observer.until(about, lambda seen: self.enough(step, seen), within=self.step_seconds)
        return Played(step=step, about=about, became=became)

    async def _order(self, fault: script.Fault, cast: Cast) -> None:
        settings = fault.model_dump(exclude_none=True) | {"to": cast.person(fault.to)}
        await self.twilio.order_fault(FaultOrder.model_validate(settings))

    async def _call(self, call: script.Call, cast: Cast) -> str:
        phones = cast.phones[call.to]
        callees = [
            Callee(number=number, outcome=phone.outcome, after=phone.after, talk_seconds=phone.talk_seconds)
            for number, phone in zip(phones, call.phones, strict=False)
        ]
        said = CallScript(
            from_=cast.person(call.caller),
            to=cast.businesses[call.to],
            forwarded_from=phones[0] if call.forwarded else None,
            hangs_up_after=call.hangs_up_after,
            withheld=call.withheld,
            callees=tuple(callees),
            duplicate=call.twice,
            shuffle=call.shuffled,
        )
        return await self.twilio.call(said)

    async def _text(self, text: script.Text | None, cast: Cast) -> str:
        if text is None:
            raise ValueError("a step is one of call, text or fault")
        return await self.twilio.text(cast.person(text.author), cast.businesses[text.to], text.body)

    async def _texts_of(self, person: str, cast: Cast) -> int:
        """Ours that reached the handset: Twilio's own replies to keywords are not ours."""
        ours = cast.businesses.values()
        reached = await self.twilio.phone(person)
        return sum(text.author == "customer" and text.from_ in ours for text in reached)


@dataclass(slots=True, kw_only=True)
class Cast:
    """Who plays: each scene has people, businesses and phones of its own, so that scenes can run side by side."""

    numbers: Iterator[str]
    people: dict[str, str] = field(default_factory=dict)
    businesses: dict[str, str] = field(default_factory=dict)
    phones: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def person(self, name: str) -> str:
        if name not in self.people:
            self.people[name] = next(self.numbers)
        return self.people[name]


def _told(steps: Iterator[tuple[str, ...]], texts: Mapping[str, int]) -> str:
    chains = "\nthen ".join(" > ".join(step) or "nothing" for step in steps)
    counted = ", ".join(f"{count} on {person}'s phone" for person, count in sorted(texts.items()))
    return f"{chains}\ntexts: {counted}" if counted else chains
