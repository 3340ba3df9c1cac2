"""How fast it is: each part of the real thing beside the shortest honest program that does the same durable work."""
