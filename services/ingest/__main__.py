"""`python -m services.ingest`."""

from runtime.service import run
from services.ingest.app import NAME, build

if __name__ == "__main__":
    run(NAME, build)
