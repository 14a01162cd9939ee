"""The sub-command that explains why values of CarData are old or missing."""

from argparse import Namespace
import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

from ..cardata.source import CardataSource
from ..core.attributes import ATTRIBUTES, AnyAttribute
from ..core.condition import Case, View, car_causes
from ..core.descriptors import DESCRIPTORS
from ..core.doctor import coverage, explain
from ..core.explanation import TEXTS, Explanation, either, text_of
from ..core.vehicle import Vehicle
from .cardata_connection import connected, find_client
from .output import OK, say, say_json
from .web import web_client


def doctor(options: Namespace) -> int:
    """Put out an explanation of each attribute of each car, without a call."""
    client = find_client(options)

    async def run() -> None:
        async with web_client() as web:
            connection = connected(client, web)
            cars = connection.garage.vehicles.values()
            cases = [_case(connection.source, car) for car in cars]
            if options.json:
                say_json([_as_json(case) for case in cases])
            else:
                _say(cases)

    asyncio.run(run())
    return OK


def _case(source: CardataSource, vehicle: Vehicle) -> Case:
    vin = vehicle.vin
    view = View(
        source.name,
        source.status,
        source.has(vin),
        source.unreadable(vin),
        trace=partial(source.trace, vin),
        streams=source.streams(vin),
    )
    return Case(vehicle, [view], datetime.now(UTC))


def _explained(case: Case) -> Iterable[tuple[AnyAttribute, Explanation]]:
    descriptors = (item.attribute for item in DESCRIPTORS.values())
    for attribute in (*ATTRIBUTES.values(), *descriptors):
        yield attribute, explain(case, attribute)


def _condition(case: Case) -> str:
    texts = [TEXTS[cause].format(source=case.views[0].name) for cause in car_causes(case)[:2]]
    return either(texts) or "nothing is wrong"


def _as_json(case: Case) -> dict[str, object]:
    return {
        "vin": case.vehicle.vin,
        "condition": [cause.value for cause in car_causes(case)],
        "coverage": {group.value: share._asdict() for group, share in coverage(case).items()},
        "values": {
            attribute.key: {
                "state": found.state.value,
                "causes": [cause.value for cause in found.causes],
                "text": text_of(found),
            }
            for attribute, found in _explained(case)
        },
    }


def _say(cases: Iterable[Case]) -> None:
    for case in cases:
        say(f"{case.vehicle.name}: {_condition(case)}")
        for group, share in coverage(case).items():
            say(f"  {group}: {share.received} of {share.of} received")
        for attribute, found in _explained(case):
            say(f"    {attribute.key}: {text_of(found)}")
