"""The door for Twilio's webhooks: each is proven genuine, made a fact, and in Kafka before it is answered with 2xx."""
