"""`python -m services.decider`."""

from runtime.service import run
from services.decider import NAME
from services.decider.app import build

if __name__ == "__main__":
    run(NAME, build)
