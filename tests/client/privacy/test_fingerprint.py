"""Fingerprints: what is in them, what stands for what was taken out, and what stays."""

from collections.abc import Mapping
from io import BytesIO
import json
from typing import Any, Final
from zipfile import ZipFile

import orjson
import pytest

from custom_components.mybmw.client import (
    HIDDEN,
    Message,
    Recording,
    Redactor,
    archive,
    files,
    narrow,
    raw,
)
from custom_components.mybmw.client.core.attributes import ATTRIBUTES
from custom_components.mybmw.client.core.common_words import is_common
from custom_components.mybmw.client.core.descriptors import DESCRIPTORS
from custom_components.mybmw.client.core.json_paths import path_tree
from custom_components.mybmw.client.core.recording import Answer, Recorder
from custom_components.mybmw.client.privacy.fingerprint import STREAM
from custom_components.mybmw.client.privacy.personal import kind_of
from tests.client.support import NOW
from tests.client.support.owned import BUNDLED, PATHS, Files, folder_of, owned, read, recording

VIN: Final = "WBA71DEM0SECRET42"
OTHER: Final = "WBA71DEM0SECRET43"
SOME_PATHS: Final = {**PATHS, **path_tree([("a",), ("b",), ("content",), ("content", "range")])}
STATE: Final = "bmw-eadrax-vcs_v4_vehicles_state"
HERE: Final = {"latitude": 48.137154, "longitude": 11.576124}


def answer(content: Any, **options: Any) -> Answer:
    return Answer("application/json", orjson.dumps(content), **options)


def made(**answers: Any) -> Any:
    """Return a fingerprint of answers, decoded."""
    contents = {name: answer(item) for name, item in answers.items()}
    found = files([Recording(contents, paths=SOME_PATHS)], Redactor())
    return {name.removesuffix(".json"): orjson.loads(content) for name, content in found.items()}


def beside(personal: Mapping[str, Any], content: Any) -> Any:
    """Return what is left of content beside an answer with personal data."""
    return made(personal=personal, x={"content": content})["x"]["content"]


def test_form() -> None:
    """JSON has four spaces of indent and sorted keys, text is as it came, pictures are left out."""
    answers = {
        f"{STATE}_{VIN}": answer({"b": "ü", "a": [1, 2.50]}),
        "broken": Answer("application/json", b'{"a'),
        "empty": Answer("", b""),
        "picture": Answer("image/png", b"\x89PNG"),
    }
    assert files([Recording(answers, paths=SOME_PATHS)], Redactor()) == {
        f"{STATE}_WBA0FINGERPRINT01.json": '{\n    "a": [\n        1,\n        2.5\n    ],\n'
        '    "b": "ü"\n}'.encode(),
        "broken.txt": b'{"a',
        "empty.txt": b"NO CONTENT",
    }


def test_stream() -> None:
    """A line is an object of time, topic and payload; of a topic nothing stays but the VIN."""
    payload = {"vin": VIN.lower(), "entityId": "some-gcid-01", "data": {"a.b": {"value": 1}}}
    messages = [
        Message(NOW, f"some-gcid-01/{VIN}", orjson.dumps(payload)),
        Message(NOW, f"garage/erika/{OTHER}", b"no JSON of some-gcid-01"),
    ]
    paths = path_tree([("data", "a.b", "value")])
    lines = files([Recording({}, messages, paths)], Redactor())[STREAM].splitlines()
    assert [orjson.loads(line) for line in lines] == [
        {
            "time": "2026-11-10T12:00:00.000Z",
            "topic": f"{HIDDEN}/WBA0FINGERPRINT01",
            "payload": {
                "vin": "WBA0FINGERPRINT01",
                "entityId": HIDDEN,
                "data": {"a.b": {"value": 1}},
            },
        },
        {
            "time": "2026-11-10T12:00:00.000Z",
            "topic": f"{HIDDEN}/{HIDDEN}/WBA0FINGERPRINT02",
            "payload": "no … of some-…",
        },
    ]


def test_archive() -> None:
    """The same files are always the same archive."""
    content = {"b.json": b"{}", "a.json": b"[]"}
    packed = archive(content)
    assert packed == archive(dict(reversed(content.items())))
    with ZipFile(BytesIO(packed)) as unpacked:
        assert {name: unpacked.read(name) for name in unpacked.namelist()} == content


@pytest.mark.parametrize("name", BUNDLED)
def test_once_is_enough(name: str) -> None:
    """What was anonymised stays as it is."""
    clean = files([recording(owned(name))], Redactor())
    assert files([recording(clean)], Redactor()) == clean


def test_names_of_files() -> None:
    """They are those of the bundled fingerprints, and so are the aliases in them."""
    for name in BUNDLED[::5]:
        bundled = read(folder_of(name))
        assert list(files([recording(bundled)], Redactor())) == list(bundled)


def test_aliases() -> None:
    """Each car has one alias in all files, of 17 characters, and never that of another one."""
    bundled = "WBA0FINGERPRINT01"
    short = [f"{VIN[-8:]} and {OTHER[-7:].lower()}", f"X{VIN}X", f"%2F{OTHER}%2F"]
    assert made(**{f"one_{VIN}": [OTHER.lower(), bundled], f"two_{OTHER}": {"content": short}}) == {
        "one_WBA0FINGERPRINT02": ["WBA0FINGERPRINT03", bundled],
        "two_WBA0FINGERPRINT03": {
            "content": [
                "RPRINT02 and PRINT03",
                "XWBA0FINGERPRINT02X",
                "%2FWBA0FINGERPRINT03%2F",
            ]
        },
    }
    redactor = Redactor()
    aliases = [redactor.alias(f"WBA71DEM0SECR{number:04}") for number in range(300)]
    assert len(set(aliases)) == 300
    assert {len(alias) for alias in aliases} == {17}
    assert [redactor.alias(alias) for alias in aliases] == aliases


def test_numbers_are_no_vins() -> None:
    """A number with 17 decimals has no letter where a VIN has one."""
    values = ["0.30000000000000004", "12345678901234567", 0.30000000000000004]
    left = [values[0], HIDDEN, values[2]]
    assert made(x={"content": values})["x"]["content"] == left


def test_places() -> None:
    """A place stays a place, a text a text, and nonsense nonsense."""
    assert made(
        x={
            "latitude": "48.137154",
            "longitude": 11.576124,
            "startLatitude": 0,
            "mapMatchedLongitude": 0.0,
            "heading": "200",
            "headings": {"heading": 725, "altitude": -4000.5},
            "lat": "INVALID",
            "lng": "48° N",
            "position": "48.1, 11.5",
            "coordinates": [11.576124, 48.137154, 520.0],
            "address": {"line1": "Tulpengasse 1", "country": "DE", "type": "HOME", "nr": 7},
        }
    )["x"] == {
        "latitude": "12.3456",
        "longitude": 34.5678,
        "startLatitude": 0,
        "mapMatchedLongitude": 0.0,
        "heading": "123",
        "headings": {"heading": 999, "altitude": 99999},
        "lat": "INVALID",
        "lng": HIDDEN,
        "position": "12.3456,34.5678",
        "coordinates": [12.3456, 34.5678, 999],
        "address": {
            "line1": "some_formatted_address",
            "country": HIDDEN,
            "type": "some_formatted_address",
            "nr": 999,
        },
    }


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (48.137154, 999),
        (48.1372, 999),
        ("at 11.57612 east", HIDDEN),
        ("48.137154", HIDDEN),
        ("48.137, 11.576", "12.3456, 34.5678"),
        ("geo:48.2001,11.6002", "geo:12.3456,34.5678"),
        ([11.6001, 48.2001], [12.3456, 34.5678]),
        ("?lat=48.2&lon=11.6&zoom=12", "?lat=12.3456&lon=34.5678&zoom=12"),
        ('{"lat": 48.2, "at', '{"lat": 12.3456, "at'),
        (48.14, 48.14),
        (11.5761245, 999),
        ("POINT(-122.419416 37.774929)", "POINT(12.3456 34.5678)"),
        ("48°08'13.8\"N 11° 34.567' E", f"{HIDDEN}N {HIDDEN} E"),
        ("48.137154° N, 21.5° C", HIDDEN),
        ("48.237154° N, 21.5° C", f"{HIDDEN} N, 21.5° C"),
        ("48.13 kWh of 11.576", "48.13 kWh of 11.576"),
        ([11.5, 48.25], [11.5, 48.25]),
    ],
)
def test_places_elsewhere(content: Any, left: Any) -> None:
    """Places are known by their decimals, by their form, and by names in texts."""
    assert beside(HERE, content) == left


@pytest.mark.parametrize(
    ("personal", "content", "left"),
    [
        ({"city": "Köln"}, "Koeln or KÖLN, k%C3%B6ln, K\\u00f6ln", "_"),
        ({"city": "Berlin"}, "Europe/Berlin is not Berlin", "_"),
        ({"city": "Ulm"}, "Ulm", "Ulm"),
        ({"name": "Erika Muster"}, "Muster, Erika; E. Muster; Mustering", "_"),
        ({"name": "i4 eDrive40"}, "i4 eDrive40", "i4 eDrive40"),
        ({"street": "Am Lindenhain 7"}, "Lindenhain! am+lindenhain+7", "_"),
        ({"street": "Am Lindenhain 7"}, "Lindenhain!", "Lindenhain!"),
        ({"formatted": "Zur Linde 7, 12345 Bad Quell"}, "to Bad  Quell", "_"),
        ({"licensePlate": "B-X 1"}, ["b x 1", "BX1", "BX12", "B-X-1"], ["_", "_", "BX12", "_"]),
        ({"phone": "+49 (30) 1234567"}, ["0301234567", "49-30-123 45 67"], ["_", "_"]),
        ({"customerId": 12345678}, [12345678, "12345678", "112345678"], [999, "_", "112345678"]),
        ({"contractId": "C1"}, "C1", "C1"),
        ({"gcid": "0a1b2c3d4e"}, "user/0A1B-2C3D-4E/x", "_"),
        (
            {"vehicleId": "20261110"},
            ["2026-11-10T12:00:00Z", 20261110],
            ["2026-11-10T12:00:00Z", 999],
        ),
        ({"postalCode": "58214"}, "58214", "58214"),
        ({"address": {"x": "Quellhof"}}, ["Quellhof", {"Quellhof": 1}], ["_", {"_": 999}]),
        ({"owner": {"team": "quellhof"}}, {"quellhof": "QUELLHOF"}, {"_": "_"}),
        ({"owner": {"lastName": "王伟"}, "city": "市"}, ["王伟的宝马", "市"], ["_", "市"]),
        ({"city": "Ko\u0308ln-Su\u0308d"}, "in Köln-Süd", "_"),
        ({"firstName": "Range"}, {"range": "RANGE"}, {"range": "RANGE"}),
        ({"dealer": {"name": "Autohaus Quell"}}, "see autohaus_quell", "_"),
    ],
)
def test_words(personal: dict[str, Any], content: Any, left: Any) -> None:
    """What is searched for elsewhere, in which spellings, and what is left alone."""
    found = json.dumps(beside(personal, content), ensure_ascii=False)
    for stand_in in ("license_plate", "formatted_address", "street", "phone", "city", "name"):
        found = found.replace(f"some_{stand_in}", "_")
    assert json.loads(found.replace(HIDDEN, "_")) == left


COMMON: Final = (
    *("Home", "OPEN", "Lock", "Charging", "May", "Left Front", "Office", "north", "Park", "BMW"),
    *("Mini Cooper SE", "320i", "M340i xDrive", "Continental", "Service", "true", "State", "a"),
)


@pytest.mark.parametrize("name", BUNDLED)
def test_common_names(name: str) -> None:
    """People, cities and places with names like these take nothing out of a recording."""
    words = [
        *COMMON,
        *(word for kind in ATTRIBUTES.values() for word in getattr(kind.type, "__members__", ())),
        *(word for item in DESCRIPTORS.values() for word in item.words),
    ]
    personal = {"name": words, "city": words, "address": {"formatted": words}}
    source = recording(owned(name))
    answers = {**source.answers, "personal": answer(personal)}
    found = files([Recording(answers, source.messages, source.paths)], Redactor())
    del found["personal.json"]
    assert found == files([source], Redactor())


def test_personal_descriptors() -> None:
    """No other descriptor is taken for something personal than those that are private."""
    personal = {key for key in (*DESCRIPTORS, *ATTRIBUTES) if "." in key and kind_of(key)}
    private = {key for key, item in DESCRIPTORS.items() if item.attribute.private}
    assert personal - private == {"vehicle_location.heading"}
    assert private <= personal
    assert not is_common("Quellenhofer")


def test_things_have_names() -> None:
    """Contracts, faults and warnings have names and codes that are not personal."""
    contracts = json.dumps([{"name": "Remote Services", "contractId": "C0048151623"}])
    key = "vehicle.vehicleIdentification.connectedDriveContractList"
    found = made(
        x={
            "telematicData": {key: {"value": contracts, "timestamp": "2026-11-10T12:00:00Z"}},
            "checkControlMessages": [{"name": "Tyre pressure", "code": "CC77", "id": 955002}],
        }
    )["x"]
    clean = json.loads(found["telematicData"][key]["value"])
    assert clean == [{"name": "Remote Services", "contractId": HIDDEN}]
    assert found["telematicData"][key]["timestamp"] == "2026-11-10T12:00:00Z"
    assert found["checkControlMessages"] == [{"name": "some_name", "code": HIDDEN, "id": 999}]


def test_several() -> None:
    """A list of people, places or numbers is as personal as one of them."""
    address = "Lindenhain 7, 12345 Bad Quell"
    found = made(
        x={
            "users": [{"given": "Erika", "role": "OWNER"}],
            "driver": "Erika Muster",
            "recentDestinations": [address],
            "addresses": [address],
            "phoneNumbers": ["+49 30 1234567"],
            "codes": ["480A12"],
        }
    )["x"]
    assert found == {
        "users": [{"given": "some_name", "role": "some_name"}],
        "driver": "some_name",
        "recentDestinations": ["some_formatted_address"],
        "addresses": ["some_formatted_address"],
        "phoneNumbers": ["some_phone"],
        "codes": [HIDDEN],
    }


def test_options() -> None:
    """The options of a car identify it."""
    found = made(a={"fullSAList": "S01AA,S02VC"}, b={"fullSAList": ["S01AA"], "x": "S01AA,S02VC"})
    assert found == {"a": {"fullSAList": HIDDEN}, "b": {"fullSAList": [], "x": HIDDEN}}


def test_broken_json() -> None:
    """The keys in what is no JSON count as well, to the end, and across files."""
    text = (
        '{"name": "Erika Muster", "lat":48.1,"address": {"a": "Weg 1", "b": [2]}, "ok": "yes",'
        '"formatted": "Lindenhain 7'
    )
    answers = {"a": Answer("", text.encode()), "b": answer({"content": "by Erika Muster"})}
    found = files([Recording(answers, paths=SOME_PATHS)], Redactor())
    assert found["a.txt"].decode() == '{"name": "…": {"a": "…]}, "ok": "…'
    assert found["b.json"] == f'{{\n    "content": "{HIDDEN}"\n}}'.encode()


def test_file_names() -> None:
    """A file name holds no account id, and nothing that some file system refuses."""
    gcid = "7f0b2c94-6d1e-4a35-9c58-e2b7a1d04f6c"
    found = made(**{f"bmw-eadrax-dcs_v2_user_{gcid}_send-to-car_{VIN}": {}, "a/../b": gcid})
    assert found == {
        "bmw-eadrax-dcs_v2_user_REDACTED_send-to-car_WBA0FINGERPRINT01": {},
        "a..b": HIDDEN,
    }


def test_narrow() -> None:
    """The part about one car holds nothing of others, in lists of cars and messages neither."""
    mappings = [{"vin": VIN}, {"vin": OTHER.lower()}, "odd"]
    whole = Recording(
        {
            "list": answer({"gcid": "g", "mappingInfos": mappings}),
            "odd": Answer("", b"Blocked"),
            f"state_{VIN}": answer({}),
            f"state_{OTHER}": answer({}),
        },
        [
            Message(NOW, f"g/{VIN}", b"{}"),
            Message(NOW, f"g/{OTHER}", b"odd"),
            Message(NOW, "garage/car", orjson.dumps({"vin": f" {VIN.lower()}"})),
            Message(NOW, f"g/{VIN}", orjson.dumps({"vin": OTHER})),
        ],
    )
    part = narrow(whole, [VIN.lower()])
    assert list(part.answers) == ["list", "odd", f"state_{VIN}"]
    assert orjson.loads(part.answers["list"].body)["mappingInfos"] == [{"vin": VIN}, "odd"]
    assert [message.topic for message in part.messages] == [f"g/{VIN}", "garage/car"]
    assert raw(whole, VIN) == {f"state_{VIN}": {}}
    assert narrow(whole, [VIN, OTHER]) == Recording(whole.answers, tuple(whole.messages))


def test_errors_push_nothing_out() -> None:
    """A car whose last call failed can be replayed all the same."""
    recorder = Recorder()
    recorder.add("x", answer({"good": 1}))
    recorder.add("x", answer({"error": 1}, good=False))
    recorder.add("x", Answer("text/plain", b"Blocked", good=False))
    assert list(files([Recording(recorder.answers)], Redactor())) == ["x.json", "x_error.txt"]


def test_several_recordings() -> None:
    """The files of all sources of an account: an alias means the same car in all of them."""
    sources = [recording(owned(name)) for name in ("mybmw/ix_xdrive50", "cardata/ix_xdrive50")]
    found: Files = files(sources, Redactor())
    names = [name for name in found if "0FINGERPRINT" in name]
    assert len(names) == 8
    assert all("WBY0FINGERPRINT01" in name for name in names)
    assert STREAM in found
