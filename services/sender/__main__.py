"""`python -m services.sender`."""

from runtime.service import run
from services.sender import NAME
from services.sender.app import build

if __name__ == "__main__":
    run(NAME, build)
