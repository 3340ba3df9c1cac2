"""`python -m services.audit`."""

from runtime.service import run
from services.audit import NAME
from services.audit.app import build

if __name__ == "__main__":
    run(NAME, build)
