"""The spool holds numbers and words of people: AES-GCM, under a key that is made of the settings' secret."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE: Final = b"missedcall ingest spool 1"
_KEY_BYTES: Final = 32
# Random ones of 96 bits are good for 2**32 records under one key (NIST SP 800-38D).
_NONCE_BYTES: Final = 12


class Unreadable(ValueError):  # noqa: N818
    """What was sealed under another key, or is no sealed record at all."""


class Cipher:
    """Seals and opens single records."""

    def __init__(self, secret: bytes, *, nonce: Callable[[int], bytes] = os.urandom) -> None:
        self._aead = AESGCM(HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=_PURPOSE).derive(secret))
        self._nonce = nonce

    def seal(self, text: bytes) -> bytes:
        nonce = self._nonce(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, text, _PURPOSE)

    def open(self, sealed: bytes) -> bytes:
        """Raises Unreadable."""
        try:
            return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _PURPOSE)
        except (InvalidTag, ValueError):
            raise Unreadable("the record was not sealed under this key: was MISSEDCALL_SPOOL_KEY changed?") from None
