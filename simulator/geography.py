"""Where a number seems to be from: the From/To/Caller/Called place fields of Twilio's webhooks."""

_AREAS = {
    "212": ("NEW YORK", "NY", "10001"),
    "305": ("MIAMI", "FL", "33101"),
    "312": ("CHICAGO", "IL", "60601"),
    "415": ("SAN FRANCISCO", "CA", "94105"),
    "512": ("AUSTIN", "TX", "78701"),
    "602": ("PHOENIX", "AZ", "85001"),
}
_AREA = slice(2, 5)


def place(party: str, number: str) -> dict[str, str]:
    """Fields are blank, not absent, where Twilio does not know: receivers must keep blanks to verify a signature."""
    north_american = number.startswith("+1")
    city, state, zip_code = _AREAS.get(number[_AREA], ("", "", "")) if north_american else ("", "", "")
    return {
        f"{party}City": city,
        f"{party}State": state,
        f"{party}Zip": zip_code,
        f"{party}Country": "US" if north_american else "",
    }
