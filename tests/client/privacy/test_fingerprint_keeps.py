"""A fingerprint keeps all values that are known to be harmless, and all keys."""

from collections.abc import Iterator
from typing import Any, Final

import orjson
import pytest

from custom_components.mybmw.client import HIDDEN, Redactor, files
from custom_components.mybmw.client.core.attributes import ADDRESS, MILEAGE
from custom_components.mybmw.client.core.convert import number, text
from custom_components.mybmw.client.core.descriptors import DESCRIPTORS
from custom_components.mybmw.client.core.json_paths import path_tree, row_paths
from custom_components.mybmw.client.core.json_reader import row
from custom_components.mybmw.client.core.recording import Answer, Recording
from custom_components.mybmw.client.privacy.fingerprint import STREAM
from tests.client.support.owned import BUNDLED, PATHS, folder_of, read, recording

PERSONAL: Final = frozenset(
    (
        *("altitude", "heading", "latitude", "longitude", "mapMatchedLatitude"),
        *("mapMatchedLongitude", "city", "formatted", "formattedAddress", "municipality"),
        *("postalCode", "streetAddress", "providerName", "preferredSevicePartner"),
        *("entityId", "gcid", "id", "vehicleIdWithGcid", "fullSAList", "topic", "vin"),
    )
)
UNREAD: Final = frozenset(
    (
        *("acCurrentLimitLabel", "acCurrentLimitLabelSemantics", "chargingMode", "departureTimer"),
        *("chargingModeSemantics", "chargingTargetLabel", "dcLoudnessLabel", "label"),
        *("departureTimerSemantics", "permanentlyUnlockLabel", "preconditionForDeparture"),
        *("unlockCableAutomaticallyLabel", "minChargingTargetToWarning", "bookedServicePackage"),
        *("androidAppScheme", "androidStoreUrl", "iosAppScheme", "iosStoreUrl", "readerGraphics"),
        *("iStep", "month", "year", "seriesCluster", "startChargingTimePeriodHour"),
        *("startChargingTimePeriodMinute", "stopChargingTimePeriodHour", "clusterLocationId"),
        *("stopChargingTimePeriodMinute", "lastUpdated", "lastVisit", "timeZone", "creationTime"),
        *(
            "aspectRatio",
            "carcass",
            "constructionType",
            "loadIndex",
            "optimizedForOem",
            "partNumber",
            "rimDiameter",
        ),
        *("sectionWidth", "speedRating", "qualityStatus", "statusColor", "value", "en", "eventId"),
        "type",
    )
)
# What should be an object, or under an unknown key
ODD: Final = frozenset(
    (
        *("aggregatedQualityStatus", "axle0", "axle1", "axle2", "checkControlMessages", "data"),
        *("departureTimes", "displayed", "hasNavi", "isTelematicsCapable", "level", "mileage"),
        *("moonPhase", "payload", "roofState", "soc", "timestamp", "unit", "word"),
    )
)
FEATURES: Final = {"inCarCamera": True, "remote360": True, "climateNow": True}


def changed(before: Any, after: Any, key: str = "") -> Iterator[str]:
    """Yield the keys of what is not what it was, of a descriptor its last step."""
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        for name, item in before.items():
            inside = key if "." in key and name == "value" else name
            yield from changed(item, after[name], inside)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from changed(one, other, key)
    elif before != after:
        yield key.rpartition(".")[2]


def decoded(name: str, content: bytes) -> Any:
    lines = content.splitlines() if name == STREAM else [content]
    return [orjson.loads(line) for line in lines]


@pytest.mark.parametrize("name", BUNDLED)
def test_every_car(name: str) -> None:
    """Nothing but what is personal or never read is another one afterwards, and no key is."""
    before = read(folder_of(name))
    after = files([recording(before)], Redactor())
    assert before.keys() == after.keys()
    keys = {
        key
        for file, content in before.items()
        for key in changed(decoded(file, content), decoded(file, after[file]))
    }
    assert keys <= PERSONAL | UNREAD | (ODD if name.endswith("/oddball") else frozenset())


def test_every_descriptor() -> None:
    """A line of the table of descriptors is all it takes, unless its attribute is private."""
    item = {"value": "7", "unit": "km", "timestamp": "2026-11-10T12:00:00Z"}
    content = {"telematicData": dict.fromkeys((*DESCRIPTORS, "vehicle.new.thing"), item)}
    source = Recording({"x": Answer("", orjson.dumps(content))}, paths=PATHS)
    found = orjson.loads(files([source], Redactor())["x.json"])["telematicData"]
    kept = {key for key, clean in found.items() if clean == item}
    assert kept == {key for key, known in DESCRIPTORS.items() if not known.attribute.private}
    assert found["vehicle.new.thing"] == {**item, "value": HIDDEN}


def test_lines_of_tables() -> None:
    """So it is for the lines that JSON is read by; of the same key elsewhere, nothing stays."""
    lines = (row("a.range", MILEAGE, number), row("a.place", ADDRESS, text))
    paths = path_tree(row_paths("state", lines))
    fields = {"range": 7, "place": "Quellhof", "on": True, "none": None}
    source = Recording(
        {"x": Answer("", orjson.dumps({"state": {"a": fields}, "a": fields}))}, (), paths
    )
    hidden = {**fields, "range": 999, "place": "some_formatted_address"}
    assert orjson.loads(files([source], Redactor())["x.json"]) == {
        "state": {"a": {**hidden, "range": 7}},
        "a": hidden,
    }


def test_ids_that_are_words() -> None:
    """What an id means stays as a key, and where the path of the id is known."""
    content = {
        "capabilities": FEATURES,
        "services": [{"id": name} for name in FEATURES],
        "store": "https://example.com/?id=com.bmwgroup.driversguide.row",
        "scheme": "com.bmwgroup.driversguide.row",
        "error": {"code": 489, "id": "E-2048-77-X"},
    }
    found = files([Recording({"x": Answer("", orjson.dumps(content))})], Redactor())
    assert orjson.loads(found["x.json"]) == {
        "capabilities": FEATURES,
        "services": [{"id": HIDDEN} for _ in FEATURES],
        "store": HIDDEN,
        "scheme": HIDDEN,
        "error": {"code": 999, "id": HIDDEN},
    }
