"""Everything that CarData has told lately, in the files that a recording consists of.

Answers of an earlier run are gone, and values that the stream has sent are in no answer: what is
remembered of the cars stands in for them.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import orjson

from ..fingerprint import Answer, Message, Recording
from .memory import BASIC_DATA, MAPPING
from .work import Car

_PREFIX: Final = "cardata-customers_vehicles"
_JSON: Final = "application/json"


def recording(
    answers: Mapping[str, Answer], cars: Mapping[str, Car], messages: Iterable[Message]
) -> Recording:
    """Put together answers, what is remembered of cars by VIN, and messages."""
    files = {name: answer for name, answer in answers.items() if name.startswith(f"{_PREFIX}_")}
    mappings = [car.memory.answers.get(MAPPING, {"vin": vin}) for vin, car in cars.items()]
    files[f"{_PREFIX}_mappings"] = _answer(mappings)
    for vin, car in cars.items():
        basic_data = car.memory.answers.get(BASIC_DATA)
        if basic_data is not None:
            files[f"{_PREFIX}_{vin}_basicData"] = _answer(basic_data)
        if car.memory.raw:
            values = {key: item for key, (_, item) in car.memory.raw.items()}
            files[f"{_PREFIX}_{vin}_telematicData"] = _answer({"telematicData": values})
    return Recording(files, tuple(messages))


def _answer(content: object) -> Answer:
    return Answer(_JSON, orjson.dumps(content))
