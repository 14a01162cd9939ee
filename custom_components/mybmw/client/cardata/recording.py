"""Everything that CarData has told lately, in the files that a recording consists of.

Answers of an earlier run are gone, and values that the stream has sent are in no answer: what is
remembered of the cars stands in for them. Where the messages hold the newest values, the recording
begins with older ones, since more follows from the order in which values came than from the last.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import orjson

from ..core.convert import mapping, timestamp
from ..core.recording import Answer, Message, Recording
from .car_state import BASIC_DATA, MAPPING
from .executor import MappedCar
from .harmless import harmless

_PREFIX: Final = "cardata-customers_vehicles"
_VALUES: Final = "telematicData"
_JSON: Final = "application/json"

type _Sent = Mapping[tuple[str, str], Sequence[object]]
"""Values by VIN and descriptor."""


def recording(
    answers: Mapping[str, Answer], cars: Mapping[str, MappedCar], messages: Sequence[Message]
) -> Recording:
    """Put together answers, what is remembered of cars by VIN, and messages."""
    files = {name: answer for name, answer in answers.items() if name.startswith(f"{_PREFIX}_")}
    files[f"{_PREFIX}_mappings"] = _answer([_mapping(vin, car) for vin, car in cars.items()])
    sent = _sent(messages)
    for vin, car in cars.items():
        basic_data = car.memory.answers.get(BASIC_DATA)
        if basic_data is not None:
            files[f"{_PREFIX}_{vin}_basicData"] = _answer(basic_data)
        if car.memory.raw:
            name = f"{_PREFIX}_{vin}_{_VALUES}"
            told = mapping(mapping(_decoded(files.get(name))).get(_VALUES))
            files[name] = _answer({_VALUES: {**told, **dict(_known(vin, car, told, sent))}})
    return Recording(files, tuple(messages), harmless())


def _sent(messages: Iterable[Message]) -> _Sent:
    found: dict[tuple[str, str], list[object]] = {}
    for message in messages:
        content = mapping(_decoded(message))
        vin = str(content.get("vin") or message.topic.rpartition("/")[2]).strip().upper()
        for key, item in mapping(content.get("data")).items():
            found.setdefault((vin, key), []).append(item)
    return found


def _known(
    vin: str, car: MappedCar, told: Mapping[str, object], sent: _Sent
) -> Iterator[tuple[str, object]]:
    """Yield what is known better than by the last answer: the newest values, or the first sent."""
    for key, (time, item) in car.memory.raw.items():
        items = sent.get((vin, key), ())
        answer = mapping(told.get(key))
        if item not in items and time not in map(_measured, items):
            yield key, item
        elif answer.get("value") is None or _as_new(answer, items[0]):
            yield key, items[0]


def _as_new(answer: object, item: object) -> bool:
    """Tell whether an answer came after a value was sent, so that it would be in its way."""
    asked, sent = _measured(answer), _measured(item)
    return asked is not None and sent is not None and asked >= sent


def _measured(item: object) -> datetime | None:
    try:
        return timestamp(mapping(item).get("timestamp"))
    except ValueError:
        return None


def _mapping(vin: str, car: MappedCar) -> object:
    known = car.memory.answers.get(MAPPING)
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
