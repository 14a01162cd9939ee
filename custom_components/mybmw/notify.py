"""Notify entities: send a destination to a car's navigation system, or a text to its display."""

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

from .client import ClientError, CommandKind, PointOfInterest, SendMessage, SendPoi
from .client.core.values import Position
from .coordinator import MyBMWConfigEntry
from .entity import CommandDescription, CommandEntity, async_add_car_entities
from .runtime.errors import home_assistant_error, translated_error

PARALLEL_UPDATES = 0

_PLACE: Final = re.compile(
    r"""(?<![\d.,])(?P<latitude>[+-]?\d{1,2}\.\d{1,12})
        [ ]{0,2}[, ][ ]{0,2}
        (?P<longitude>[+-]?\d{1,3}\.\d{1,12})(?![\d.])""",
    re.VERBOSE | re.ASCII,
)


class NotifyDescription(CommandDescription, NotifyEntityDescription):
    """Describes a notify entity."""


NOTIFIERS: Final = (
    NotifyDescription(key="send_poi", translation_key="send_poi", command=CommandKind.SEND_POI),
    NotifyDescription(
        key="send_message", translation_key="send_message", command=CommandKind.SEND_MESSAGE
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up notifiers."""
    async_add_car_entities(entry, async_add_entities, NOTIFIERS, MyBMWNotifier)


class MyBMWNotifier(CommandEntity, NotifyEntity):
    """The navigation system of a car, or its display."""

    entity_description: NotifyDescription

    _attr_supported_features = NotifyEntityFeature.TITLE

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Send the message, or the place that it names by its coordinates; the title names it."""
        if self.entity_description.command is CommandKind.SEND_MESSAGE:
            await self.async_send(SendMessage(message, title))
            return
        try:
            poi = place_in(message, title)
        except ClientError as error:
            raise home_assistant_error(error) from error
        await self.async_send(SendPoi(poi))


def place_in(message: str, title: str | None = None) -> PointOfInterest:
    """Return the place at "latitude, longitude" in a text; the text around it is the address.

    Both need decimals, unlike a house number; of several pairs the last one is used.
    Raises `ServiceValidationError` without a pair, `InvalidValueError` if it is out of range.
    """
    found = list(_PLACE.finditer(message))
    if not found:
        raise translated_error(ServiceValidationError, "no_place")
    place = found[-1]
    before, after = message[: place.start()], message[place.end() :]
    rest = "" if "geo:" in before or "://" in before else f"{before} {after}"
    return PointOfInterest(
        position=Position(float(place["latitude"]), float(place["longitude"])),
        name=title,
        formatted_address=rest.strip(" ,;()\n")[:255] or None,
    )
