"""Whose webhook it is: the business that our URL names, or whose connected number was called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from schemas.businesses import BusinessChanged
from schemas.callbacks import Issued
from schemas.directory import Directory
from schemas.identity import Identities, e164
from services.ingest.refusals import Refusal, Refused
from services.ingest.webhook import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """`ready`: the directory has once been complete. `fresh`: it is now, so that who is not in it does not exist."""

    directory: Directory
    ready: Callable[[], bool]
    fresh: Callable[[], bool]
    identities: Identities

    def owner(self, webhook: Webhook) -> BusinessChanged:
        """Raises Refused where there is none, or where it is not of the account that signed."""
        if not self.ready():
            raise Refused(Refusal.NOT_READY)
        business = self._named(webhook) if Issued.BUSINESS in webhook.query else self._called(webhook)
        if business.account_sid != webhook.account_sid:
            raise Refused(Refusal.ACCOUNT_MISMATCH, about=business.business_id)
        return business

    def _named(self, webhook: Webhook) -> BusinessChanged:
        business_id = webhook.issued(Issued.BUSINESS)
        business = self.directory.businesses.get(business_id)
        if business is None:
            raise self._not_known(Refusal.BUSINESS_UNKNOWN, business_id)
        return business

    def _called(self, webhook: Webhook) -> BusinessChanged:
        number = e164(webhook.said.get("To", ""))
        if number is None:
            raise Refused(Refusal.FIELD_MISSING, about="To")
        business = self.directory.of_number(number)
        if business is None:
            raise self._not_known(Refusal.NUMBER_UNKNOWN, self.identities.number(number))
        return business

    def _not_known(self, refusal: Refusal, about: str) -> Refused:
        """Twilio asks again after a 503, and gives up at a 404: an old view must not lose a call."""
        return Refused(refusal if self.fresh() else Refusal.NOT_READY, about=about)
