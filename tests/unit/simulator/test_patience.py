"""The fragment of a webhook's URL: what it overrides, and that it never leaves Twilio."""

import pytest

from simulator.webhooks.patience import Patience, Trouble, addressed

URL = "https://shop.example/voice?x=a%20b"


@pytest.mark.parametrize(
    ("fragment", "patience"),
    [
        pytest.param("", Patience(), id="Twilio's defaults"),
        pytest.param("#rc=3", Patience(retries=3), id="count"),
        pytest.param("#rc=9", Patience(retries=5), id="at most five"),
        pytest.param("#rc=x", Patience(), id="nonsense is ignored"),
        pytest.param("#rp=5xx,rt", Patience(retried=frozenset({Trouble.SERVER_ERROR, Trouble.READ})), id="policy"),
        pytest.param("#rp=all", Patience(retried=frozenset(Trouble)), id="all"),
        pytest.param(
            "#ct=2000&rt=3000&tt=9000",
            Patience(connect_seconds=2.0, read_seconds=3.0, total_seconds=9.0),
            id="limits in milliseconds",
        ),
        pytest.param("#tt=60000", Patience(total_seconds=15.0), id="never longer than 15 s"),
    ],
)
def test_the_fragment_overrides_the_patience_and_is_cut_off(fragment: str, patience: Patience) -> None:
    assert addressed(URL + fragment) == (URL, patience)
