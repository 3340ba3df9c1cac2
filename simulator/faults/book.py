"""The faults in force: each is used up by those it meets, in the order in which they were ordered."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.faults.order import FaultOrder
from simulator.faults.plan import Plan
from simulator.faults.table import AFTER_ACCEPTANCE, ANSWERS, WEBHOOK_COPIES, Change
from simulator.webhooks.letters import Letter


@dataclass(kw_only=True)
class Standing:
    order: FaultOrder
    left: int | None
    met: int = 0

    def described(self) -> dict[str, Any]:
        return {"name": self.order.name, "left": self.left, "met": self.met}


class FaultBook:
    def __init__(self) -> None:
        self._standing: list[Standing] = []
        self._spent: list[Standing] = []

    def order(self, fault: FaultOrder) -> None:
        self._standing.append(Standing(order=fault, left=fault.times))

    def clear(self) -> None:
        self._standing.clear()
        self._spent.clear()

    def described(self) -> list[dict[str, Any]]:
        return [standing.described() for standing in (*self._spent, *self._standing)]

    def plan(self, from_: str, to: str) -> Plan:
        """Of each kind the first fault that meets this message; what is refused uses up no later kind."""
        plan = self._changed(Plan(), ANSWERS, from_, to)
        if plan.accepts:
            for table in AFTER_ACCEPTANCE:
                plan = self._changed(plan, table, from_, to)
        return plan

    def webhook_copies(self, letter: Letter) -> int:
        """How often a webhook is sent: once, unless a fault loses or repeats it."""
        if not self._standing:
            return 1
        sender, receiver = letter.params.get("From", ""), letter.params.get("To", "")

        def meets(fault: FaultOrder) -> bool:
            return fault.meets(sender, receiver) and (not fault.steps or letter.step in fault.steps)

        fault = self._take(WEBHOOK_COPIES, meets)
        return WEBHOOK_COPIES[fault.name] if fault else 1

    def _changed(self, plan: Plan, table: Mapping[str, Change], from_: str, to: str) -> Plan:
        fault = self._take(table, lambda order: order.meets(from_, to))
        return table[fault.name](plan, fault) if fault else plan

    def _take(self, names: Collection[str], meets: Callable[[FaultOrder], bool]) -> FaultOrder | None:
        for standing in self._standing:
            if standing.order.name in names and meets(standing.order):
                self._use(standing)
                return standing.order
        return None

    def _use(self, standing: Standing) -> None:
        standing.met += 1
        if standing.left is None:
            return
        standing.left -= 1
        if standing.left == 0:
            self._standing.remove(standing)
            self._spent.append(standing)
