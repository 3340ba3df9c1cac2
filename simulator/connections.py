"""The open connections of the HTTP server, so that one can be cut as a network would cut it."""

from collections.abc import Iterable
from typing import Any


class Connections:
    def __init__(self) -> None:
        self._protocols: Iterable[Any] = ()

    def watch(self, protocols: Iterable[Any]) -> None:
        """uvicorn's live set of protocol objects: known only once the server stands, after the application."""
        self._protocols = protocols

    def cut(self, client: tuple[str, int]) -> None:
        """Close without an answer; ASGI itself has no way to say that."""
        for protocol in self._protocols:
            if protocol.client == client:
                protocol.transport.abort()
                return
