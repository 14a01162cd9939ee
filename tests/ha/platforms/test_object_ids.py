"""Entity ids are those of Home Assistant's former integration, so that history goes on."""

from homeassistant.core import HomeAssistant
from homeassistant.generated.languages import NATIVE_ENTITY_IDS
from homeassistant.helpers import entity_registry as er
from homeassistant.util import slugify
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.object_ids import former_object_id
from tests.ha.conftest import SetUp
from tests.ha.test_entities import GOLDEN, TABLES

VIN = "WBY0FINGERPRINT02"
LANGUAGES = ("da", "de", "en", "es", "fr", "it", "nb", "nl", "pl", "sv")


def ids_of(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, str]:
    """Return the entity ids by domain and key."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {
        f"{entity.domain}:{entity.unique_id.partition('-')[2]}": entity.entity_id
        for entity in entities
    }


@pytest.mark.parametrize(
    ("language", "key", "expected"),
    [
        ("en", "binary_sensor:connection_status", "connection_status"),
        ("en", "sensor:tires.front_left.current_pressure", "front_left_tire_pressure"),
        ("de", "sensor:mileage", "kilometerstand"),
        (
            "de",
            "sensor:fuel_and_battery.remaining_range_total",
            "verbleibende_reichweite_insgesamt",
        ),
        ("de", "binary_sensor:lids", "deckel"),
        ("de", "lock:lock", "schloss"),
        ("nl", "sensor:mileage", "kilometerstand"),
        # Core had no Danish, and next to no Polish
        ("da", "sensor:mileage", "mileage"),
        ("pl", "switch:climate", "climate"),
    ],
)
async def test_id(
    hass: HomeAssistant, set_up: SetUp, language: str, key: str, expected: str
) -> None:
    """The id in the user's language, or the English one where core had none."""
    hass.config.language = language
    found = ids_of(hass, await set_up())
    assert found[key] == f"{key.partition(':')[0]}.ix_xdrive50_{expected}"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_all_ids(hass: HomeAssistant, set_up: SetUp, language: str) -> None:
    """Every entity that core had is under its former id; no two claim the same one."""
    hass.config.language = language
    found = ids_of(hass, await set_up())
    former = {key: former_object_id(language, *key.split(":", 1)) for key in found}
    known = {key: value for key, value in former.items() if value}
    assert len(known) > 25
    for key, value in known.items():
        assert found[key] == f"{key.partition(':')[0]}.ix_xdrive50_{value}"
    assert not [entity for entity in found.values() if entity.endswith("_2")]


async def test_known_entity_keeps_its_id(
    hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp
) -> None:
    """What the registry has already is not renamed."""
    hass.config.language = "de"
    entry.add_to_hass(hass)
    er.async_get(hass).async_get_or_create(
        "sensor", DOMAIN, f"{VIN}-mileage", suggested_object_id="my_odometer", config_entry=entry
    )
    found = ids_of(hass, await set_up())
    assert found["sensor:mileage"] == "sensor.my_odometer"


def test_table() -> None:
    """It names entities that exist, in languages in which Home Assistant makes ids."""
    golden = orjson.loads(GOLDEN.read_bytes())
    table = orjson.loads(
        GOLDEN.parents[2].joinpath("custom_components/mybmw/object_ids.json").read_bytes()
    )
    assert table.keys() <= NATIVE_ENTITY_IDS
    for ids in table.values():
        assert ids.keys() <= table["en"].keys()
        for name, value in ids.items():
            domain, key = name.split(":", 1)
            assert domain in TABLES
            assert key in golden[domain]
            assert slugify(value) == value
