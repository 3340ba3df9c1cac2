"""How one simulator runs: the settings of the process and of the tests alike."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Options:
    host: str = "127.0.0.1"
    port: int = 0
    """0 takes a free port."""
    speed: float = 1.0
    """Call seconds that pass in one real second."""
    seed: int | None = None
    """The same seed gives the same SIDs in the same order: never reuse one against a database that is kept."""
    keep: int = 200_000  # a call takes about 4 kB
    """How many calls, messages and handsets are remembered; beyond it the oldest are forgotten."""
    connections: int = 512
    """Connections open at once to those who receive webhooks."""
