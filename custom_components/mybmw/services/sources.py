"""The actions that read from sources, or return and record their answers."""

from base64 import b64encode
from collections.abc import Collection, Sequence
from copy import deepcopy, replace
from typing import Final, cast

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID, CONF_FILENAME
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType, json_loads
import orjson

from ..client import Recording, archive, files, narrow, raw
from ..client.journal.anonymous import anonymous
from ..client.journal.stored import to_json
from ..const import DOMAIN
from ..coordinator import GarageCoordinator, MyBMWConfigEntry
from ..image import IMAGES, async_picture
from ..runtime.errors import translated_error
from .files import async_check_path, async_write_file
from .target import async_car, nothing_recorded

_MOST_RECORDS: Final = 500
VIEWS: Final = {item.key.removeprefix("image_"): item for item in IMAGES}


async def async_refresh(call: ServiceCall) -> ServiceResponse:
    """Poll a car from all sources; return errors and, where calls are counted, their number."""
    target = async_car(call)
    coordinator = target.coordinator
    before = {name: made for name, (made, _) in _calls(coordinator).items()}
    errors = await coordinator.async_refresh_car(target.vehicle.vin)
    after = _calls(coordinator)
    return {
        "sources": {
            name: {
                "error": error.key if error else None,
                "calls_made": max(0, after[name][0] - before[name]) if name in after else None,
                "calls_left": after[name][1] if name in after else None,
            }
            for name, error in errors.items()
        }
    }


async def async_get_image(call: ServiceCall) -> ServiceResponse:
    """Return a picture, fetched unless it is stored; write it to a file if one is given."""
    target = async_car(call)
    view, filename = call.data["view"], call.data.get(CONF_FILENAME)
    if filename is not None:
        await async_check_path(call.hass, filename)
    image = await async_picture(target.coordinator, target.vehicle, VIEWS[view])
    if filename is not None:
        await async_write_file(call.hass, filename, image)
    return {
        "view": view,
        "content_type": "image/png",
        "size": len(image),
        "filename": filename,
        "data": b64encode(image).decode() if call.data["data"] else None,
    }


async def async_get_raw_data(call: ServiceCall) -> ServiceResponse:
    """Return the latest answers about a car by source, anonymised if requested."""
    target = async_car(call)
    coordinator, vin = target.coordinator, target.vehicle.vin
    found: dict[str, dict[str, object]] = {}
    for name, source in coordinator.data.sources.items():
        recording = source.recording()
        answers = (
            await _redacted(coordinator, replace(recording, messages=()), vin)
            if call.data["redact"]
            else raw(recording, vin)
        )
        if answers:
            found[name] = answers
    if not found:
        raise nothing_recorded(coordinator)
    return {"sources": cast("JsonValueType", found)}


async def async_create_fingerprint(call: ServiceCall) -> ServiceResponse:
    """Write the recent answers about an account or a car to an anonymised ZIP file."""
    coordinator, vins = _account_and_cars(call)
    recordings = [source.recording() for source in coordinator.data.sources.values()]
    contents = await _files(coordinator, recordings, vins)
    aliases = map(coordinator.redactor.alias, vins)
    cars: list[JsonValueType] = [
        alias for alias in sorted(aliases) if any(alias in name for name in contents)
    ]
    if not cars:
        raise nothing_recorded(coordinator)
    contents |= _journals(coordinator, vins)
    name = f"{DOMAIN}_fingerprint_{dt_util.now():%Y%m%d_%H%M%S_%f}.zip"
    path = call.hass.config.path(DOMAIN, name)
    content = await call.hass.async_add_executor_job(archive, contents)
    await async_write_file(call.hass, path, content)
    return {"path": path, "cars": cars, "files": [*sorted(contents)]}


def _journals(coordinator: GarageCoordinator, vins: Collection[str]) -> dict[str, bytes]:
    """Return the newest records of cars, without places, by file name."""
    found = {vin: coordinator.journals.cars.get(vin) for vin in vins}
    return {
        f"journal_{coordinator.redactor.alias(vin)}.json": orjson.dumps(
            [to_json(anonymous(item)) for item in journal.newest(_MOST_RECORDS)],
            option=orjson.OPT_INDENT_2,
        )
        for vin, journal in found.items()
        if journal is not None
    }


def _account_and_cars(call: ServiceCall) -> tuple[GarageCoordinator, list[str]]:
    """Return the targeted account and the VINs of its targeted cars."""
    entry_id = call.data.get(ATTR_CONFIG_ENTRY_ID)
    if ATTR_DEVICE_ID in call.data:
        if entry_id is not None:
            raise translated_error(ServiceValidationError, "car_or_account")
        target = async_car(call)
        return target.coordinator, [target.vehicle.vin]
    entry: MyBMWConfigEntry = async_get_config_entry(call.hass, DOMAIN, entry_id)
    return entry.runtime_data, list(entry.runtime_data.vehicles)


async def _files(
    coordinator: GarageCoordinator, recordings: Sequence[Recording], vins: Collection[str]
) -> dict[str, bytes]:
    """Return anonymised files about cars, made in the executor since that takes long."""
    coordinator.redactor.add_aliases(vins)
    redactor = deepcopy(coordinator.redactor)
    return await coordinator.hass.async_add_executor_job(
        lambda: files([narrow(recording, vins) for recording in recordings], redactor)
    )


async def _redacted(
    coordinator: GarageCoordinator, recording: Recording, vin: str
) -> dict[str, object]:
    contents = await _files(coordinator, [recording], [vin])
    alias = coordinator.redactor.alias(vin)
    return {
        name.removesuffix(".json"): json_loads(content)
        for name, content in contents.items()
        if alias in name and name.endswith(".json")
    }


def _calls(coordinator: GarageCoordinator) -> dict[str, tuple[int, int]]:
    """Return the number of calls made and left, for each source that counts them."""
    known = {name: source.status for name, source in coordinator.data.sources.items()}
    return {
        name: (status.calls_made, status.calls_left_for_user)
        for name, status in known.items()
        if status.calls_made is not None and status.calls_left_for_user is not None
    }
