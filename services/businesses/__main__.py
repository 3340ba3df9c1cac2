"""`python -m services.businesses`."""

from runtime.service import run
from services.businesses import NAME
from services.businesses.app import build

if __name__ == "__main__":
    run(NAME, build)
