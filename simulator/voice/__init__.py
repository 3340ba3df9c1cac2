"""Calls: people who ring and answer, TwiML that is obeyed, and the webhooks that tell of it."""
