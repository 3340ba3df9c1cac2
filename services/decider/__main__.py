"""`python -m services.decider`."""

from runtime.service import run
from services.decider.app import NAME, build

if __name__ == "__main__":
    run(NAME, build)
