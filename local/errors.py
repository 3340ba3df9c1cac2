"""What can be wrong with this machine, said so that the next step is clear."""


class LocalStackError(Exception):
    """A program, a download or a setting is not as the local stack needs it; the message ends with what to do."""
