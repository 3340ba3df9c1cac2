"""What no webhook told us: Twilio's list of calls, compared with what was ingested, and what is missing said."""
