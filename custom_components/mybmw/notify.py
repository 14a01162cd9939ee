"""Notify: sends a destination to a car's navigation system."""

import re
from typing import Final, override

from homeassistant.components.notify import (
    NotifyEntity,
    NotifyEntityDescription,
    NotifyEntityFeature,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import ClientError, CommandKind, PointOfInterest, SendPoi
from .client.core.values import Position
from .const import DOMAIN
from .coordinator import MyBMWConfigEntry
from .entity import CommandDescription, CommandEntity, async_add_when_known
from .runtime.errors import home_assistant_error

PARALLEL_UPDATES = 0

_PLACE: Final = re.compile(
    r"""(?<![\d.,])(?P<latitude>[+-]?\d{1,2}\.\d{1,12})
        [ ]{0,2}[, ][ ]{0,2}
        (?P<longitude>[+-]?\d{1,3}\.\d{1,12})(?![\d.])""",
    re.VERBOSE | re.ASCII,
)


class NotifyDescription(CommandDescription, NotifyEntityDescription):
    """A way to send something to a car."""


NOTIFIERS: Final = (
    NotifyDescription(key="send_poi", translation_key="send_poi", command=CommandKind.SEND_POI),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up notifiers."""
    async_add_when_known(entry, async_add_entities, NOTIFIERS, MyBMWNotifier)


class MyBMWNotifier(CommandEntity, NotifyEntity):
    """The navigation system of a car."""

    entity_description: NotifyDescription

    _attr_supported_features = NotifyEntityFeature.TITLE

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Send the place that the message names by its coordinates; the title is its name."""
        try:
            poi = place_in(message, title)
        except ClientError as error:
            raise home_assistant_error(error) from error
        await self.async_send(SendPoi(poi))


def place_in(message: str, title: str | None = None) -> PointOfInterest:
    """Find "latitude, longitude" in decimal degrees in a text; what is around it is the address.

    Both need decimals, so that a house number is none; of several pairs the last one counts.
    Raises `ServiceValidationError`, or `InvalidValueError` for a place that is not on earth.
    """
    found = list(_PLACE.finditer(message))
    if not found:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_place")
    place = found[-1]
    before, after = message[: place.start()], message[place.end() :]
    rest = "" if "geo:" in before or "://" in before else f"{before} {after}"
    return PointOfInterest(
        position=Position(float(place["latitude"]), float(place["longitude"])),
        name=title,
        formatted_address=rest.strip(" ,;()\n")[:255] or None,
    )
