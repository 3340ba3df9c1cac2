"""A running simulator and a customer of it, made anew for every test: nothing is shared between tests."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web
from twilio.rest import Client

from simulator.client import SimulatorClient
from simulator.directory import Number
from simulator.options import Options
from simulator.server import running
from tests.integration.simulator.customer import ACCOUNT, NUMBER, TOKEN, Customer
from tests.integration.simulator.rest import Redirected, rest_client


@pytest.fixture
async def customer() -> AsyncIterator[Customer]:
    customer = Customer()
    app = web.Application()
    app.router.add_post("/{tail:.*}", customer.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    customer.url = f"http://{host}:{port}"
    yield customer
    await runner.cleanup()


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """Fast enough that ringing takes no time, slow enough that steps stay apart."""
    async with running(Options(speed=500, seed=7)) as url:
        yield url


@pytest.fixture
async def twilio(url: str, customer: Customer) -> AsyncIterator[SimulatorClient]:
    """With one account and one number, whose webhooks all go to the customer."""
    async with SimulatorClient.connected(url) as client:
        await client.put_account(ACCOUNT, [TOKEN, "second-token"])
        await client.put_number(
            NUMBER,
            Number(
                account_sid=ACCOUNT,
                voice_url=customer.at("voice"),
                sms_url=customer.at("sms"),
                status_callback_url=customer.at("call-status"),
            ),
        )
        yield client


@pytest.fixture
async def http(url: str) -> AsyncIterator[Redirected]:
    async with ClientSession() as session:
        yield Redirected(url, session)


@pytest.fixture
def rest(http: Redirected, twilio: SimulatorClient) -> Client:
    """The customer's own client of the API; its account and number are set up."""
    del twilio
    return rest_client(http)
