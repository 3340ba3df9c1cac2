"""`python -m services.ingest`."""

from runtime.service import run
from services.ingest.app import build
from services.ingest.settings import NAME

if __name__ == "__main__":
    run(NAME, build)
