"""The sender, wired: the only file here that knows what is real."""

from __future__ import annotations

from datetime import timedelta
from random import uniform
from uuid import uuid4

from runtime.secrets import SecretFolder
from runtime.service import Service, wall_clock
from schemas.businesses import BUSINESSES_CHANGED
from schemas.consents import CONSENTS_CHANGED
from schemas.controls import CONTROLS_CHANGED
from schemas.messages import RECEIPTS_INGESTED
from schemas.texts import TEXTS_SCREENED
from services.sender import NAME
from services.sender.accounts import Accounts
from services.sender.caretaker import Caretaker
from services.sender.connections import Connections
from services.sender.dispatcher import Dispatcher
from services.sender.handlers import Sender
from services.sender.hands import Hands
from services.sender.inquiries import Inquiries
from services.sender.outbox import Outbox
from services.sender.posting import Poster
from services.sender.questions import Silent, Unsure
from services.sender.recorder import Recorder
from services.sender.settings import Settings
from services.sender.state import COLLECTION, Ledger
from services.sender.twilio import Messages
from services.sender.views import Views, opted_out_only


def build(settings: Settings | None = None) -> Service:
    settings = settings or Settings()
    service = Service(NAME, settings)
    ledger = _ledger(service, settings)
    views = _views(service, settings)
    # Loops end in the reverse of this order: first no more is claimed, then what is in hand is posted, then those end
    # who write down and who publish for it.
    outbox = Outbox(ledger, service.publisher, clock=wall_clock)
    service.loop("outbox", outbox.run)
    recorder = Recorder(ledger, outbox, clock=wall_clock)
    service.loop("recorder", recorder.run)
    patience = settings.looks.patience
    service.loop("caretaker", Caretaker(ledger, outbox, patience=patience, clock=wall_clock).run)
    messages = _messages(service, settings)
    unsure = Unsure(messages=messages, ledger=ledger, rhythm=settings.looks, clock=wall_clock)
    silent = Silent(messages=messages, rhythm=settings.questions, clock=wall_clock)
    for question in (unsure, silent):
        inquiries = Inquiries(question, ledger, outbox, rest=settings.pace.halt, clock=wall_clock)
        service.loop(f"inquiries about {question.about}", inquiries.run)
    hands = Hands(within=settings.pace.shutdown)
    service.loop("hands", hands.run)
    pace = settings.pace
    accounts = Accounts(posts_at_once=settings.posts_per_account, halt=pace.halt, bears=settings.tolerance)
    poster = Poster(messages=messages, views=views, accounts=accounts, pace=pace, clock=wall_clock, uniform=uniform)
    dispatcher = Dispatcher(
        ledger=ledger,
        views=views,
        accounts=accounts,
        poster=poster,
        hands=hands,
        recorder=recorder,
        pace=pace,
        clock=wall_clock,
        new_token=lambda: uuid4().hex,
    )
    service.loop("dispatcher", dispatcher.run)
    sender = Sender(ledger=ledger, outbox=outbox, accounts=accounts, offer=dispatcher.offer, clock=wall_clock)
    topics = (TEXTS_SCREENED, RECEIPTS_INGESTED)
    service.consume({topic.name: topic.parse for topic in topics}, sender.on_records)
    return service


def _ledger(service: Service, settings: Settings) -> Ledger:
    ledger = Ledger(service.database[COLLECTION])
    service.prepare(lambda: ledger.prepare(keep=timedelta(days=settings.ledger_keep_days)))
    return ledger


def _views(service: Service, settings: Settings) -> Views:
    return Views(
        consents=service.table(CONSENTS_CHANGED, row=opted_out_only),
        controls=service.table(CONTROLS_CHANGED, row=lambda control: control),
        businesses=service.table(BUSINESSES_CHANGED, row=lambda business: business),
        max_age=timedelta(seconds=settings.views_max_age_seconds),
    )


def _messages(service: Service, settings: Settings) -> Messages:
    connections = Connections(
        connect_seconds=settings.twilio_connect_seconds, read_seconds=settings.twilio_read_seconds
    )
    service.loop("connections", connections.run)
    return Messages(
        SecretFolder(settings.twilio_credentials),
        connections,
        public_url=settings.public_url,
        base=settings.twilio_api_base,
    )
