"""Finding a place in a message: what is one, and what is none."""

from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.mybmw.client import InvalidValueError
from custom_components.mybmw.notify import place_in


@pytest.mark.parametrize(
    ("message", "latitude", "longitude", "address"),
    [
        ("A9 48.1, 11.5", 48.1, 11.5, "A9"),
        ("Treffpunkt: Zoo, 48.1, 11.5", 48.1, 11.5, "Treffpunkt: Zoo"),
        ("https://maps.google.com/?q=48.1,11.5", 48.1, 11.5, None),
        ("from 50.1, 8.6 to 48.1, 11.5", 48.1, 11.5, "from 50.1, 8.6 to"),
        ("48.1,11.5\nMarienplatz", 48.1, 11.5, "Marienplatz"),
        ("+48.1 -11.5", 48.1, -11.5, None),
    ],
)
def test_place(message: str, latitude: float, longitude: float, address: str | None) -> None:
    """Of what is around the coordinates, only an address is one."""
    poi = place_in(message)
    assert (poi.position.latitude, poi.position.longitude) == (latitude, longitude)
    assert poi.formatted_address == address


@pytest.mark.parametrize(
    "message",
    [
        "Marienplatz 8, 80331",
        "48, 11",
        "1.2.3, 4.5.6",
        "48,137,11,575",
        "-91.5, 11.5",
        "48.1, 181.5",
        "1" + " " * 20_000 + "x",
        "1 " * 10_000 + "x",
        "1." * 10_000 + "1 x",
        "٤٨.١, ١١.٥",
    ],
)
def test_no_place(message: str) -> None:
    """House numbers, dates and places off the earth are none; long texts cost no time."""
    with pytest.raises((InvalidValueError, ServiceValidationError)):
        place_in(message)
