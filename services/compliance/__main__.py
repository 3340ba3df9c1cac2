"""`python -m services.compliance`."""

from runtime.service import run
from services.compliance import NAME
from services.compliance.app import build

if __name__ == "__main__":
    run(NAME, build)
