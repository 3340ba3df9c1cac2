"""Who may ask: HTTP Basic with the account's SID and any of its tokens, for that account's own resources."""

import secrets
from base64 import b64decode
from binascii import Error as Base64Error

from starlette.requests import Request

from simulator.api.errors import api_error
from simulator.directory import Directory


def authenticated(request: Request, directory: Directory) -> str:
    """The AccountSid of the path, once the credentials are proven to be its own."""
    account_sid: str = request.path_params["account_sid"]
    user, token = _credentials(request.headers.get("authorization", ""))
    account = directory.accounts.get(account_sid)
    known = account is not None and any(secrets.compare_digest(token, right) for right in account.tokens)
    if user != account_sid or not known:
        raise api_error(20003)
    return account_sid


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, token = b64decode(encoded).decode("ascii").partition(":")
    except (Base64Error, UnicodeDecodeError):
        return "", ""
    return user, token
