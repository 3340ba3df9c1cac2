"""The door for Twilio's webhooks: each is proven genuine, made a fact, and durable before it is answered with 2xx."""

from typing import Final

NAME: Final = "ingest"
