"""Finding a car, and sending it somewhere (mybmw-app.md#commands, #position)."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, timedelta
import json
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import (
    ApiError,
    Command,
    CommandKind,
    CommandState,
    InvalidValueError,
    PointOfInterest,
    SendPoi,
    UnsupportedError,
    attributes as a,
)
from custom_components.mybmw.client.core.values import Position
from custom_components.mybmw.client.mybmw import MyBMWTokens
from custom_components.mybmw.client.mybmw.car_context import Context
from custom_components.mybmw.client.mybmw.gcj02 import to_gcj02
from custom_components.mybmw.client.mybmw.readings import read_found
from tests.client.support import IX, MOBILE, NOW, Client, Simulate, asked, sent, tokens
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW

type ClientOf = Callable[..., Client]
type NewClient = Callable[..., Client]

FIND = Command(CommandKind.VEHICLE_FINDER)
OBSERVER = (52.25, 4.5)
TRAVEMUENDE = (53.9623, 10.8707)


def place(position: Position | None) -> tuple[float, float] | None:
    return None if position is None else (position.latitude, position.longitude)


async def test_find(sim: SimulatedMyBMW, client_of: ClientOf) -> None:
    """Library 18, library remote services: the finder updates position and heading."""
    client = client_of(sim, observer=OBSERVER)
    sim.park(IX, *TRAVEMUENDE, heading=210)
    vehicle = await client.car()
    before = vehicle.value(a.POSITION)
    result = await client.garage.send(IX, FIND)
    assert result.state is CommandState.EXECUTED
    assert place(vehicle.value(a.POSITION)) == TRAVEMUENDE != place(before)
    assert vehicle.value(a.HEADING) == 210
    assert vehicle.value(a.ADDRESS) == "some_formatted_address"
    (request,) = sent(client, "/eventPosition")
    assert request.method == "POST"
    assert request.url.path == "/eadrax-vrccs/v4/presentation/remote-commands/eventPosition"
    assert request.content == b""
    assert (request.headers["latitude"], request.headers["longitude"]) == ("52.25", "4.5")
    (status, *_) = sent(client, "/eventStatus")
    assert request.url.params["eventId"] == status.url.params["eventId"]
    assert "bmw-vin" not in request.headers
    assert asked(sim).count(Endpoint.STATE) == 1


async def test_finder_and_state(
    sim: SimulatedMyBMW, client_of: ClientOf, freezer: FrozenDateTimeFactory
) -> None:
    """Library remote services, pitfall 17: the newest of both wins, not one poll too late."""
    client = client_of(sim, observer=OBSERVER)
    vehicle = await client.car()
    state = sim.state(IX)["state"]
    known = dict(state["location"])
    sim.park(IX, *TRAVEMUENDE)
    freezer.tick(timedelta(minutes=5))
    await client.garage.send(IX, FIND)
    assert place(vehicle.value(a.POSITION)) == TRAVEMUENDE
    # The service's state is still the old one
    state["location"] = known
    state["lastUpdatedAt"] = "2020-01-01T00:00:00Z"
    freezer.tick(timedelta(minutes=5))
    await client.car()
    assert place(vehicle.value(a.POSITION)) == TRAVEMUENDE
    # The car was driven and reports again
    sim.touch(IX)
    await client.car()
    coordinates = known["coordinates"]
    assert place(vehicle.value(a.POSITION)) == (coordinates["latitude"], coordinates["longitude"])


async def test_finder_in_china(simulate: Simulate, new_client: NewClient) -> None:
    """mybmw-app.md#position: what the finder says in China is shifted back as well."""
    sim = simulate("ix_xdrive50", region="china", username=MOBILE)
    client = new_client(region="china", known=tokens(sim.issue_tokens()), observer=OBSERVER)
    await client.car()
    sim.park(IX, *to_gcj02(39.9, 116.4))
    await client.garage.send(IX, FIND)
    position = client.garage.vehicles[IX].value(a.POSITION)
    assert place(position) == pytest.approx((39.9, 116.4), abs=1e-5)


async def test_no_observer(
    sim: SimulatedMyBMW, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Library 19: without an observer nothing is asked, and the log says why."""
    vehicle = await client.car()
    before = vehicle.value(a.POSITION)
    result = await client.garage.send(IX, FIND)
    assert result.state is CommandState.EXECUTED
    assert Endpoint.EVENT_POSITION not in asked(sim)
    assert vehicle.value(a.POSITION) == before
    (record,) = [item for item in caplog.records if item.levelno >= logging.WARNING]
    assert "observer" in record.getMessage()


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"positionData": None, "errorDetails": {"title": "no", "description": "no"}},
        {"positionData": {"status": "ERROR", "position": None}},
        {"positionData": {"position": {"latitude": 0, "longitude": 0, "heading": 5}}},
        {"positionData": {"position": {"latitude": 48, "heading": 5}}},
        {"positionData": {"position": "home"}},
    ],
)
async def test_not_found(answer: object, sim: SimulatedMyBMW, client_of: ClientOf) -> None:
    """A finder that finds nothing leaves the old position and heading."""
    client = client_of(sim, observer=OBSERVER)
    vehicle = await client.car()
    before = vehicle.value(a.POSITION), vehicle.value(a.HEADING)
    sim.fail(Endpoint.EVENT_POSITION, faults.answer(answer))
    result = await client.garage.send(IX, FIND)
    assert result.state is CommandState.EXECUTED
    assert (vehicle.value(a.POSITION), vehicle.value(a.HEADING)) == before


async def test_finder_fails_late(sim: SimulatedMyBMW, client_of: ClientOf) -> None:
    client = client_of(sim, observer=OBSERVER)
    await client.car()
    sim.fail(Endpoint.EVENT_POSITION, faults.server_error())
    result = await client.garage.send(IX, FIND)
    assert result.state is CommandState.EXECUTED


async def test_send_place(sim: SimulatedMyBMW, client: Client) -> None:
    """Library remote services: a place with everything that can be said about it."""
    await client.car()
    poi = PointOfInterest(
        Position(48.177, 11.5562),
        name="BMW Welt",
        street="Am Olympiapark 1",
        postal_code="80809",
        city="München",
        country="Germany",
    )
    sim.clear_calls()
    result = await client.garage.send(IX, SendPoi(poi))
    assert result.state is CommandState.EXECUTED
    assert asked(sim) == [Endpoint.POI]
    (request,) = sent(client, "/send-to-car")
    assert request.url.path == f"/eadrax-dcs/v2/user/{sim.gcid}/send-to-car"
    assert request.headers["bmw-vin"] == IX
    line = "Am Olympiapark 1, 80809, München"
    position = {"lat": 48.177, "lng": 11.5562}
    unknown = (
        *("banchi", "chome", "countryCode", "district", "go", "houseNumber"),
        *("region", "regionCode", "settlement", "subblock"),
    )
    assert json.loads(request.content) == {
        "places": [
            {
                "formattedAddress": line,
                "placeType": "ADDRESS",
                "title": "BMW Welt",
                "provider": None,
                "providerId": None,
                "providerPoiId": "",
                "sourceType": None,
                "vehicleCategoryId": None,
                "position": position,
                "address": {
                    "street": "Am Olympiapark 1",
                    "postalCode": "80809",
                    "city": "München",
                    "country": "Germany",
                    "formatted": line,
                    **dict.fromkeys(unknown),
                },
                "category": {
                    "losCategory": "Address",
                    "mguVehicleCategoryId": None,
                    "name": "Address",
                },
                "entrances": [{"name": None, "position": position}],
            }
        ],
        "vehicleInformation": {"vin": IX},
    }


async def test_send_bare_place(sim: SimulatedMyBMW, client: Client) -> None:
    """Library remote services, pitfall 20: what is not known is null, and never "None"."""
    await client.car()
    await client.garage.send(IX, SendPoi(PointOfInterest(Position(-33, 151))))
    (request,) = sent(client, "/send-to-car")
    assert b"None" not in request.content
    (sent_place,) = sim.sent_pois
    assert sent_place["formattedAddress"] == "Coordinates only"
    assert sent_place["title"] == "-33.00000, 151.00000"
    known = {key: value for key, value in sent_place["address"].items() if value is not None}
    assert known == {"formatted": "Coordinates only"}
    assert sent_place["position"] == {"lat": -33, "lng": 151}


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({}, "Coordinates only"),
        ({"street": "Main St 1"}, "Main St 1"),
        ({"street": "", "city": "Oxford"}, "Oxford"),
        ({"street": "Main St 1", "postal_code": "7", "city": "Oxford"}, "Main St 1, 7, Oxford"),
        ({"country": "UK"}, "Coordinates only"),
        ({"city": "Oxford", "formatted_address": "Plant Oxford"}, "Plant Oxford"),
    ],
)
def test_address_line(given: dict[str, str], line: str) -> None:
    """Library remote services: POI defaults, formatted address."""
    assert PointOfInterest(Position(1, 2), **given).address == line


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(90.1, 0), (-91, 0), (0, 181), (0, -180.5), (float("nan"), 0), (0, float("inf"))],
)
def test_nowhere(latitude: float, longitude: float) -> None:
    """Library vehicle: positions out of range."""
    with pytest.raises(InvalidValueError):
        PointOfInterest(Position(latitude, longitude))


def test_older_address_is_over() -> None:
    """The address and heading of another place are not those of the new one."""
    position = {"latitude": 53.9, "longitude": 10.8}
    answer = {"positionData": {"position": position}}
    found = read_found(answer, Context(NOW, UTC), Counter())
    assert {item.attribute: item.value for item in found} == {
        a.POSITION: Position(53.9, 10.8),
        a.HEADING: None,
        a.ADDRESS: None,
    }


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(48.1, None), (None, 11.5), (None, None), ("48.1", "11.5")]
)
def test_half_a_place(latitude: Any, longitude: Any) -> None:
    """Library remote services: a destination needs both coordinates, as numbers."""
    with pytest.raises(TypeError):
        PointOfInterest(Position(latitude, longitude))


@pytest.mark.parametrize(("latitude", "longitude"), [(90, 180), (-90, -180), (0, 0)])
def test_ends_of_the_earth(latitude: float, longitude: float) -> None:
    assert PointOfInterest(Position(latitude, longitude)).position.latitude == latitude


async def test_gcid_is_missing(sim: SimulatedMyBMW, new_client: NewClient) -> None:
    """Without an account id, nothing is sent."""
    known = tokens(sim.issue_tokens())
    client = new_client(known=MyBMWTokens(known.access, known.refresh, known.expires))
    await client.car()
    for stale in (client.login.tokens, None):
        client.login.tokens = stale
        sim.clear_calls()
        with pytest.raises(UnsupportedError):
            await client.garage.send(IX, SendPoi(PointOfInterest(Position(1, 2))))
        assert sim.calls == []


async def test_place_is_refused(sim: SimulatedMyBMW, client: Client) -> None:
    await client.car()
    sim.fail(Endpoint.POI, faults.answer({"message": "no such place"}, 400))
    with pytest.raises(ApiError, match="no such place"):
        await client.garage.send(IX, SendPoi(PointOfInterest(Position(1, 2))))
