"""The spool holds numbers and words of people: AES-GCM, under a key that is made of the settings' secret."""

from __future__ import annotations

import os
from contextlib import suppress
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
    """Seals and opens single records; the first secret seals, each opens: a key is changed while something waits."""

    def __init__(self, *secrets: bytes) -> None:
        self._keys = [_key(secret) for secret in secrets]

    def seal(self, text: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._keys[0].encrypt(nonce, text, _PURPOSE)

    def open(self, sealed: bytes) -> bytes:
        """Raises Unreadable."""
        for key in self._keys:
            with suppress(InvalidTag, ValueError):
                return key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _PURPOSE)
        raise Unreadable("the record was sealed under another key: is MISSEDCALL_SPOOL_KEY_PREVIOUS missing?")


def _key(secret: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=_PURPOSE).derive(secret))
