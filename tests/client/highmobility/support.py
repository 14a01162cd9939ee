"""What the tests of High Mobility's client share."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
import json
from typing import Any, Final

from custom_components.mybmw.client.core.attributes import AnyAttribute
from custom_components.mybmw.client.core.descriptors import attribute_of
from custom_components.mybmw.client.core.values import DriveTrain
from custom_components.mybmw.client.highmobility.readings import AnswerContext, Found, read_vehicle
from tests.replay.fingerprints import Json

NOW: Final = datetime(2026, 11, 10, 12, tzinfo=UTC)
TIME: Final = "2026-11-10T11:30:00.000Z"
MEASURED: Final = datetime(2026, 11, 10, 11, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Read:
    """What was found in one answer."""

    found: Found
    problems: Counter[str]

    def __getitem__(self, attribute: AnyAttribute | str) -> Any:
        """Return the last value of an attribute, None if it is missing or over."""
        return (self.all(attribute) or [None])[-1]

    def all(self, attribute: AnyAttribute | str) -> list[Any]:
        """Return all values of an attribute in order."""
        wanted = attribute_of(attribute) if isinstance(attribute, str) else attribute
        return [item.value for item in self.found.readings if item.attribute is wanted]

    @property
    def keys(self) -> set[str]:
        """The keys of everything that was told."""
        return {item.attribute.key for item in self.found.readings}


def read(document: object, train: DriveTrain | None = None, **context: Any) -> Read:
    """Read an answer as it comes from the wire."""
    problems: Counter[str] = Counter()
    plain = json.loads(json.dumps(document))
    found = read_vehicle(plain, AnswerContext(NOW, train, **context), problems)
    return Read(found, problems)


def told(data: object, time: str | None = TIME) -> Json:
    """Return a component."""
    return {"data": data, **({"timestamp": time} if time else {})}


def document(properties: Mapping[str, object], time: str | None = TIME) -> Json:
    """Return an answer with the data of properties; a list is a list of components."""
    answer: Json = {"request_id": "1", "vin": "WBA0FINGERPRINT01", "brand": "bmw"}
    for path, data in properties.items():
        capability, _, name = path.partition(".")
        if isinstance(data, list):
            node: object = [told(item, time) for item in data]
        else:
            node = told(data, time)
        answer.setdefault(capability, {})[name] = node
    return answer


def say(path: str, data: object, train: DriveTrain | None = None) -> Read:
    """Read an answer with one property."""
    return read(document({path: data}), train)
