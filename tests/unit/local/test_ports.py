"""Free ports: different from each other, bindable, and outside the range that outgoing connections use."""

import socket
from contextlib import ExitStack

from local.ports import free_ports, listening


def test_free_ports_can_all_be_bound_at_once() -> None:
    ports = free_ports(5)
    with ExitStack() as bound:
        for port in ports:
            bound.enter_context(socket.socket()).bind(("127.0.0.1", port))
    assert len(set(ports)) == 5


def test_free_ports_lie_below_the_ephemeral_range() -> None:
    assert all(1024 <= port < 32_768 for port in free_ports(50))


async def test_a_port_is_listened_on_while_a_server_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert await listening("127.0.0.1", port)
    assert not await listening("127.0.0.1", port)
