"""`python -m services.businesses`."""

from runtime.service import run
from services.businesses.app import NAME, build

if __name__ == "__main__":
    run(NAME, build)
