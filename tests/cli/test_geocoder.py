"""From an address to a destination in the car."""

from collections.abc import Iterator
from typing import Any

import pytest
import respx

from tests.cli.support import ACCOUNT, LOGIN, Run
from tests.client.support import IX
from tests.replay import faults
from tests.replay.mybmw import SimulatedMyBMW

HOST = "nominatim.openstreetmap.org"
ZOO = {
    "lat": "48.0975",
    "lon": "11.5534",
    "address": {
        "house_number": "30",
        "road": "Tierparkstraße",
        "town": "München",
        "postcode": "81543",
        "country": "Deutschland",
    },
}
WORDS = ("sendpoi_from_address", *LOGIN, *ACCOUNT, IX, "-a", "Tierparkstr.", "30,", "München")


@pytest.fixture
def maps(sim: SimulatedMyBMW) -> Iterator[respx.Route]:
    """Simulate the service that knows addresses."""
    with respx.mock(assert_all_called=False) as router:
        router.route(host__regex="bmwgroup").mock(side_effect=sim.handle)
        yield router.get(url__regex=rf"https://({HOST}/search|maps\.example/find)\?").respond(
            json=[ZOO]
        )


def test_address(run: Run, sim: SimulatedMyBMW, maps: respx.Route) -> None:
    """Library 12, pitfall 21: the geocoder is called politely; the whole address is sent."""
    assert run(*WORDS, "-n", "Zoo").good().out == "EXECUTED\n"
    request = maps.calls.last.request
    assert dict(request.url.params) == {
        "q": "Tierparkstr. 30, München",
        "format": "json",
        "addressdetails": "1",
        "limit": "1",
    }
    assert request.headers["user-agent"].startswith("mybmw-client/")
    (place,) = sim.sent_pois
    assert (place["title"], place["position"]) == ("Zoo", {"lat": 48.0975, "lng": 11.5534})
    found = {key: value for key, value in place["address"].items() if value is not None}
    assert found == {
        "street": "Tierparkstraße 30",
        "postalCode": "81543",
        "city": "München",
        "country": "Deutschland",
        "formatted": "Tierparkstraße 30, 81543, München",
    }


@pytest.mark.parametrize(
    ("address", "formatted"),
    [
        ({"road": "A9"}, "A9"),
        ({"village": "Au", "city": 7}, "Au"),
        ({"city": "Wien", "town": "x"}, "Wien"),
        ({}, "Coordinates only"),
        (None, "Coordinates only"),
    ],
)
def test_parts(
    run: Run, sim: SimulatedMyBMW, maps: respx.Route, address: object, formatted: str
) -> None:
    maps.respond(json=[{**ZOO, "address": address}])
    run(*WORDS).good()
    assert sim.sent_pois[0]["formattedAddress"] == formatted


@pytest.mark.parametrize("by_option", [True, False])
def test_another_service(
    run: Run, maps: respx.Route, monkeypatch: pytest.MonkeyPatch, *, by_option: bool
) -> None:
    """A service that wants a key gets it."""
    url = "https://maps.example/find?key=mine&format=xml"
    if not by_option:
        monkeypatch.setenv("MYBMW_GEOCODER", url)
    run(*WORDS, *(("--geocoder", url) if by_option else ())).good()
    asked = maps.calls.last.request.url
    assert asked.host == "maps.example"
    assert asked.params["key"] == "mine"
    assert asked.params.get_list("format") == ["json"]


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        ({"json": []}, 1, "Address not found"),
        ({"json": {}}, 1, "Address not found"),
        ({"json": [{"lat": "x", "lon": "1"}]}, 1, "look up the address: the answer holds no pos"),
        ({"json": [7]}, 1, "look up the address: the answer holds no position"),
        ({"text": "<html>"}, 1, "look up the address: the answer is not JSON"),
        ({"status_code": 403}, 1, "look up the address: HTTP 403"),
        ({"json": [{"lat": "91", "lon": "1"}]}, 2, "the latitude must be within"),
    ],
)
def test_trouble(
    run: Run,
    sim: SimulatedMyBMW,
    maps: respx.Route,
    answer: dict[str, Any],
    code: int,
    text: str,
) -> None:
    """Nothing is sent to BMW as long as the place is not known."""
    maps.respond(**answer)
    run(*WORDS).refused(code, text)
    assert sim.calls == []


def test_unreachable(run: Run, sim: SimulatedMyBMW, maps: respx.Route) -> None:
    maps.mock(side_effect=faults.no_network())
    run(*WORDS).refused(6, f"mybmw sendpoi_from_address: look up the address: {HOST} cannot be")
    assert sim.calls == []


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://maps.example", "https://", "http://[1", "http://localhost:99999/"]
)
def test_nonsense(run: Run, sim: SimulatedMyBMW, url: str) -> None:
    run(*WORDS, "--geocoder", url).refused(2, "a geocoder is written as https://HOST/PATH")
    assert sim.calls == []
