"""Two texts between the same two numbers, with the same words: no message of Twilio's is ever taken for both.

Whatever is seen goes through the rules that the store goes by: what is folded, and that a SID is held once.
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from schemas.reasons import Reason
from schemas.texts import Ruling
from services.sender.changes import Happening, Held, changes_of
from services.sender.delivery import Delivery
from services.sender.entry import Claim, Entry, State
from services.sender.evidence import Accepted, Claimed, LeaseLost, Receipt, Refused, Ruled, Unanswered
from services.sender.settlement import Message, sightings
from tests.unit.services.sender.samples import NOW, intent, text

LEASE = timedelta(seconds=60)
TEXTS = ("one", "two")
RULING = Ruling(by="ann", because="seen in the console")
_texts = st.sampled_from(TEXTS)


class TwoTexts(RuleBasedStateMachine):
    """`truth`: which message each text really is, which only Twilio knows."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.entries: dict[str, Entry] = {t: intent(text=text(text_id=t, body="Sorry we missed you")) for t in TEXTS}
        self.truth: dict[str, Message] = {}
        self.posts = dict.fromkeys(TEXTS, 0)

    def hear(self, *happenings: Happening) -> None:
        held = {text_id: Held(rev=1, entry=entry) for text_id, entry in self.entries.items()}
        for change in changes_of(held, happenings):
            taken = {e.message_sid for t, e in self.entries.items() if t != change.before.text_id}
            if change.after.message_sid is None or change.after.message_sid not in taken:
                self.entries[change.before.text_id] = change.after

    def standing(self, *states: State) -> list[str]:
        return [text_id for text_id, entry in self.entries.items() if entry.state in states]

    @rule(which=_texts)
    def one_is_claimed(self, which: str) -> None:
        if self.entries[which].state is State.INTENT:
            claim = Claim(token=f"of {which}", until=self.now + LEASE)
            self.hear(Happening(text_id=which, evidence=Claimed(claim=claim, at=self.now)))

    @rule(which=_texts, heard=st.sampled_from(["yes", "lost", "died"]), taken=st.booleans())
    def it_is_posted_once(self, *, which: str, heard: str, taken: bool) -> None:
        if self.entries[which].state is not State.POSTING or self.posts[which]:
            return
        self.posts[which] += 1
        if taken:
            self.truth[which] = Message(
                sid=f"SM of {which}",
                body="Sorry we missed you",
                created_at=self.now,
                delivery=Delivery.QUEUED,
                error_code=None,
            )
        token = f"of {which}"
        if heard == "yes" and taken:
            self.hear(Happening(text_id=which, evidence=Accepted(message_sid=self.truth[which].sid)))
        elif heard == "yes":
            self.hear(Happening(text_id=which, evidence=Refused(token=token, reason=Reason.REFUSED)))
        elif heard == "lost":
            self.hear(Happening(text_id=which, evidence=Unanswered(token=token)))

    @rule(seconds=st.sampled_from([1, 59, 61, 400]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.hear(*(Happening(text_id=text_id, evidence=LeaseLost(at=self.now)) for text_id in TEXTS))

    @rule(shown=st.sets(_texts))
    def twilio_is_asked_for_its_list(self, shown: set[str]) -> None:
        """It lags as it likes: any part of what it has is shown."""
        messages = [message for text_id, message in self.truth.items() if text_id in shown]
        for text_id, message in sightings(messages, list(self.entries.values())).items():
            self.hear(Happening(text_id=text_id, evidence=Receipt(message_sid=message.sid, delivery=Delivery.SENT)))

    @precondition(lambda self: self.truth)
    @rule(data=st.data(), delivery=st.sampled_from(Delivery))
    def a_callback_comes(self, data: st.DataObject, delivery: Delivery) -> None:
        which = data.draw(st.sampled_from(sorted(self.truth)))
        receipt = Receipt(message_sid=self.truth[which].sid, delivery=delivery)
        self.hear(Happening(text_id=which, evidence=receipt))

    @precondition(lambda self: self.standing(State.ACCEPTED))
    @rule(data=st.data(), delivery=st.sampled_from(Delivery))
    def a_callback_names_the_message_that_the_other_text_is_known_to_be(
        self, data: st.DataObject, delivery: Delivery
    ) -> None:
        settled = data.draw(st.sampled_from(self.standing(State.ACCEPTED)))
        (other,) = set(TEXTS) - {settled}
        sid = self.entries[settled].message_sid or ""
        self.hear(Happening(text_id=other, evidence=Receipt(message_sid=sid, delivery=delivery)))

    @precondition(lambda self: self.standing(State.ACCEPTED))
    @rule(data=st.data())
    def a_person_rules_that_it_is_the_others_message(self, data: st.DataObject) -> None:
        settled = data.draw(st.sampled_from(self.standing(State.ACCEPTED)))
        (other,) = set(TEXTS) - {settled}
        sid = self.entries[settled].message_sid
        self.hear(Happening(text_id=other, evidence=Ruled(ruling=RULING, message_sid=sid)))

    @invariant()
    def a_message_settles_the_text_that_it_is_and_no_other(self) -> None:
        for text_id, entry in self.entries.items():
            if entry.state is State.ACCEPTED:
                assert entry.message_sid == self.truth[text_id].sid

    @invariant()
    def no_text_is_posted_twice(self) -> None:
        assert all(count <= 1 for count in self.posts.values())


TestTwoTexts = TwoTexts.TestCase
TestTwoTexts.settings = settings(max_examples=300, stateful_step_count=30)
