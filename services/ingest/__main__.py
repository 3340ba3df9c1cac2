"""`python -m services.ingest`."""

from runtime.service import run
from services.ingest import NAME
from services.ingest.app import build

if __name__ == "__main__":
    run(NAME, build)
