"""One file a bench: what is run, beside what, and what comes of it."""
