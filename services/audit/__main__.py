"""`python -m services.audit`."""

from runtime.service import run
from services.audit.app import NAME, build

if __name__ == "__main__":
    run(NAME, build)
