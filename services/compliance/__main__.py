"""`python -m services.compliance`."""

from runtime.service import run
from services.compliance.app import NAME, build

if __name__ == "__main__":
    run(NAME, build)
