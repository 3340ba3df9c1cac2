"""Plays scenes on a running system: people call and text, and what comes of it is read from topics."""
