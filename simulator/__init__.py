"""A Twilio that rings, hangs up, answers late, loses and repeats: for tests, demo, drills and load (see README.md)."""
