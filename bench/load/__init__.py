"""Programs that play Twilio's side under load, and write down when what happened."""
