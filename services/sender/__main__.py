"""`python -m services.sender`."""

from runtime.service import run
from services.sender.app import NAME, build

if __name__ == "__main__":
    run(NAME, build)
