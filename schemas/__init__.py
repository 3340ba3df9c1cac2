"""What the services say to each other: the events, one file a family, and who is meant by them."""
