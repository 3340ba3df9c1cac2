"""Webhooks as Twilio delivers them: signed, impatient, and retried only as the URL's fragment asks."""
