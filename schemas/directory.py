"""Whose number is it: the businesses by id and by connected number, as their topic tells."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.businesses import BusinessChanged


@dataclass(slots=True)
class Directory:
    """Fed by a table of businesses. A number belongs to one business at a time: the one that named it last."""

    businesses: dict[str, BusinessChanged] = field(default_factory=dict)
    by_number: dict[str, str] = field(default_factory=dict)

    def change(self, business_id: str, business: BusinessChanged | None) -> None:
        """What a table calls with each change."""
        before = self.businesses.pop(business_id, None)
        for number in before.numbers if before else ():
            if self.by_number.get(number) == business_id:
                del self.by_number[number]
        if business is not None:
            self.businesses[business_id] = business
            self.by_number |= dict.fromkeys(business.numbers, business_id)

    def of_number(self, number: str | None) -> BusinessChanged | None:
        """The business that this connected number belongs to."""
        return self.businesses.get(self.by_number.get(number or "", ""))
