"""Create a recording from responses, stored values of cars and stream messages.

Responses of an earlier run are not kept, and responses do not contain streamed values: both are
replaced by the stored values of the cars. Values that are in the recorded messages have their state
before those, so that a replay shows the changes in order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import orjson

from ..core.convert import mapping, timestamp
from ..core.recording import Answer, Message, Recording
from .car_state import BASIC_DATA, MAPPING
from .executor import MappedCar
from .harmless_paths import harmless

_PREFIX: Final = "cardata-customers_vehicles"
_VALUES: Final = "telematicData"
_JSON: Final = "application/json"

type _Sent = Mapping[tuple[str, str], Sequence[object]]
"""Values by VIN and descriptor."""


def recording(
    answers: Mapping[str, Answer], cars: Mapping[str, MappedCar], messages: Sequence[Message]
) -> Recording:
    """Return the recording of responses, cars by VIN, and messages."""
    files = {name: answer for name, answer in answers.items() if name.startswith(f"{_PREFIX}_")}
    files[f"{_PREFIX}_mappings"] = _answer([_mapping(vin, car) for vin, car in cars.items()])
    sent = _sent(messages)
    for vin, car in cars.items():
        basic_data = car.state.answers.get(BASIC_DATA)
        if basic_data is not None:
            files[f"{_PREFIX}_{vin}_basicData"] = _answer(basic_data)
        if car.state.raw:
            name = f"{_PREFIX}_{vin}_{_VALUES}"
            last = mapping(mapping(_decoded(files.get(name))).get(_VALUES))
            files[name] = _answer({_VALUES: {**last, **dict(_replaced(vin, car, last, sent))}})
    return Recording(files, tuple(messages), harmless())


def _sent(messages: Iterable[Message]) -> _Sent:
    found: dict[tuple[str, str], list[object]] = {}
    for message in messages:
        content = mapping(_decoded(message))
        vin = str(content.get("vin") or message.topic.rpartition("/")[2]).strip().upper()
        for key, item in mapping(content.get("data")).items():
            found.setdefault((vin, key), []).append(item)
    return found


def _replaced(
    vin: str, car: MappedCar, last: Mapping[str, object], sent: _Sent
) -> Iterator[tuple[str, object]]:
    """Yield the values to replace in the last response: by the stored, or the first sent ones."""
    for key, (time, item) in car.state.raw.items():
        items = sent.get((vin, key), ())
        answer = mapping(last.get(key))
        if item not in items and time not in map(_measured, items):
            yield key, item
        elif answer.get("value") is None or _as_new(answer, items[0]):
            yield key, items[0]


def _as_new(answer: object, item: object) -> bool:
    """Return whether a response is newer than a message, which would then be dropped as older."""
    asked, sent = _measured(answer), _measured(item)
    return asked is not None and sent is not None and asked >= sent


def _measured(item: object) -> datetime | None:
    try:
        return timestamp(mapping(item).get("timestamp"))
    except ValueError:
        return None


def _mapping(vin: str, car: MappedCar) -> object:
    known = car.state.answers.get(MAPPING)
    return {"vin": vin, "mappingType": car.access} if known is None else known


def _decoded(content: Answer | Message | None) -> object:
    if content is None:
        return None
    body = content.body if isinstance(content, Answer) else content.payload
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value


def _answer(content: object) -> Answer:
    return Answer(_JSON, orjson.dumps(content))
