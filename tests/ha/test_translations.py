"""Translations and icons: complete in English, nothing superfluous, alike in every language."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import import_module
import json
from pathlib import Path
import re
from string import Formatter
from types import ModuleType
from typing import Any, Final

from homeassistant.helpers.entity import EntityDescription
import pytest
import voluptuous as vol

from custom_components import mybmw
from custom_components.mybmw import PLATFORMS, config_flow, entity_options, event
from custom_components.mybmw.binary_sensor import (
    BINARY_SENSORS,
    SOURCE_BINARY_SENSORS,
    BinaryDescription,
)
from custom_components.mybmw.bridge.delivery import FAILED, IN_YAML
from custom_components.mybmw.button import BUTTONS, REFRESH
from custom_components.mybmw.calendar import CALENDARS
from custom_components.mybmw.client import (
    TEXTS,
    Cause,
    CommandKind,
    CommandResult,
    CommandState,
    Distances,
    EventKind,
    Explanation,
    Group,
    ValueState,
    Vehicle,
    attributes as car,
    text_of,
    values,
)
from custom_components.mybmw.client.cardata import DeviceCode, LoginFailure
from custom_components.mybmw.client.connecteddrive import RETIRED
from custom_components.mybmw.client.core import errors, records
from custom_components.mybmw.client.mybmw import Region
from custom_components.mybmw.device_tracker import TRACKERS
from custom_components.mybmw.entity_choice import EntityGroup
from custom_components.mybmw.event import EVENTS
from custom_components.mybmw.image import DRAWINGS, IMAGES
from custom_components.mybmw.journal.form import journal_fields
from custom_components.mybmw.lock import LOCKS
from custom_components.mybmw.notify import NOTIFIERS
from custom_components.mybmw.number import NUMBERS
from custom_components.mybmw.runtime.copies import COPY_ISSUES
from custom_components.mybmw.runtime.silence import SILENT_ISSUES
from custom_components.mybmw.runtime.status_issues import ISSUES
from custom_components.mybmw.select import SELECTS, SelectDescription
from custom_components.mybmw.sensor import (
    LAST_COMMANDS,
    SENSORS,
    SERVICE_TYPES,
    SOURCE_SENSORS,
    SensorDescription,
    SourceSensorDescription,
)
from custom_components.mybmw.sources import (
    cardata as cardata_steps,
    cardata_guide,
    cardata_login,
    cardata_stream,
    connecteddrive as connecteddrive_steps,
    highmobility,
    highmobility_forms,
    highmobility_steps,
    mybmw as mybmw_steps,
    portals,
)
from custom_components.mybmw.sources.registry import SOURCES
from custom_components.mybmw.switch import SWITCHES

INTEGRATION: Final = Path(mybmw.__file__).parent
LANGUAGES: Final = sorted(path.stem for path in (INTEGRATION / "translations").glob("*.json"))
TABLES: Final[Mapping[str, tuple[EntityDescription, ...]]] = {
    "binary_sensor": (*BINARY_SENSORS, *SOURCE_BINARY_SENSORS),
    "button": (*BUTTONS, *REFRESH),
    "calendar": CALENDARS,
    "device_tracker": TRACKERS,
    "event": EVENTS,
    "image": (*IMAGES, *DRAWINGS),
    "lock": LOCKS,
    "notify": NOTIFIERS,
    "number": NUMBERS,
    "select": SELECTS,
    "sensor": (*SENSORS, *LAST_COMMANDS, *SOURCE_SENSORS),
    "switch": SWITCHES,
}
# Words that the service uses in texts which are no enumerations, as far as they are known
OPEN_STATES: Final = {"dc_loudness": {"unlimited_loud"}}
CHECK_CONTROL_TYPES: Final = ("ENGINE_OIL", "TIRE_PRESSURE", "WASHING_FLUID")
# Attributes that entities make without a table
ENTITY_ATTRIBUTES: Final[Mapping[str, Mapping[str, set[str]]]] = {
    "lock": {"door_lock_state": {state.lower() for state in values.LockState}},
    "location": {
        "direction": set(),
        "reason": {"not_shared", "driver_disabled", "vehicle_active", "too_far_away"},
    },
    "billed_events": {"free": set(), "duplicates": set()},
    "data_coverage": {group: set() for group in Group},
    "data_state": {"causes": set()},
    "source_data_state": {"causes": set()},
    "last_error": {"errors": set()},
    "reach": {"estimated": set()},
    **{f"reach.{name}": {"estimated": set()} for name in Distances._fields},
    "connection": {"reason": {"login_needed", "not_allowed", "not_listed", "silent"}},
    "event": {"event_type": set(EventKind), "time": set()},
    "trip": {"event_type": {"started", "ended"}},
    "refuelling": {"event_type": {"refuelled"}},
    "charge": {
        "event_type": {
            "plugged_in",
            "started",
            "paused",
            "ended",
            "target_reached",
            "unplugged",
        }
    },
    "command_result": {
        "event_type": {f"{kind}{end}" for kind in CommandKind for end in event.ENDS},
        "reason": set(),
        "result": {state.lower() for state in event.RESULTS},
    },
    "command": {
        "command": set(CommandKind),
        "event_type": {state.lower() for state in CommandState},
        "reason": set(),
    },
}
COMMAND_ERRORS: Final = (errors.UnsupportedError, errors.InvalidValueError, errors.CommandError)
# Errors that are not the client's
OWN_ERRORS: Final = {
    "cannot_write",
    "car_or_account",
    "car_or_entity",
    "car_unknown",
    "command_ignored",
    "damaged_data",
    "damaged_options",
    "entity_unknown",
    "journal_off",
    "limit_not_offered",
    "no_charging_history",
    "no_place",
    "no_recorder",
    "not_confirmed",
    "no_requests_left",
    "not_a_car",
    "not_charging",
    "not_offered",
    "not_plugged_in",
    "charge_unknown",
    "nothing_known",
    "nothing_recorded",
    "nothing_to_change",
    "path_not_allowed",
    "period_empty",
    "position_not_tracked",
    "position_unknown",
    "range_unknown",
    "read_only",
    "timer_unknown",
    "timer_without_time",
    "trip_unknown",
    "waiting",
    "zone_or_location",
    "zone_unknown",
    "too_few_calls",
}
# What the user did wrong is said whole in every language, without the client's English
MISTAKES: Final = {"impossible_place", "impossible_target_soc", "unknown_plan"}
STEPS: Final[Mapping[str, vol.Schema]] = {
    "cardata": cardata_login.CLIENT,
    "cardata_cars": vol.Schema({}),
    "cardata_client": cardata_login.CLIENT,
    "cardata_code": cardata_login.code_schema("https://example.com"),
    "cardata_guide": cardata_guide.GUIDE,
    "cardata_helper": cardata_guide.HELPER,
    "cardata_portal": vol.Schema({}),
    "cardata_reauth": cardata_login.CLIENT,
    "cardata_select": cardata_guide.SELECT,
    "cardata_services": cardata_guide.SERVICES,
    "cardata_remove": vol.Schema({}),
    "highmobility_consent": highmobility_forms.CONSENT,
    "highmobility_fleet": highmobility_forms.FLEET,
    "highmobility_remove": vol.Schema({}),
    "highmobility_webhook": highmobility_forms.WEBHOOK,
    "connecteddrive": connecteddrive_steps._ACCOUNT,
    "connecteddrive_reauth": connecteddrive_steps._PASSWORD,
    "connecteddrive_reconfigure": connecteddrive_steps._AGAIN,
    "connecteddrive_remove": vol.Schema({}),
    "mybmw": mybmw_steps._ACCOUNT,
    "mybmw_captcha": mybmw_steps._CAPTCHA,
    "mybmw_reauth": mybmw_steps._PASSWORD,
    "mybmw_reconfigure": mybmw_steps._PASSWORD,
    "mybmw_remove": vol.Schema({}),
}
MENUS: Final = {
    "cardata_all": {"cardata_done", "cardata_login", "cardata_helper", "cardata_select"},
    "cardata_boxes": {"cardata_done", "cardata_login", "cardata_helper", "cardata_select"},
    "user": {"cardata", "cardata_guide", "connecteddrive", "mybmw", "highmobility"},
    "highmobility": {"highmobility_consent", "highmobility_fleet"},
    "reauth": {"cardata_reauth", "connecteddrive_reauth", "mybmw_reauth", "highmobility_reauth"},
    "reconfigure": {
        "cardata",
        "cardata_data",
        "cardata_guide",
        "cardata_reconfigure",
        "cardata_remove",
        "highmobility",
        "highmobility_reconfigure",
        "highmobility_remove",
        "connecteddrive",
        "connecteddrive_reconfigure",
        "connecteddrive_remove",
        "mybmw",
        "mybmw_reconfigure",
        "mybmw_remove",
    },
}
# Steps that show nothing of their own
SILENT: Final = {
    "cardata_approved",
    "cardata_data",
    "cardata_done",
    "cardata_login",
    "cardata_probed",
    "cardata_reconfigure",
    "cardata_refused",
    "highmobility_decided",
    "highmobility_owner",
    "highmobility_reauth",
    "highmobility_reconfigure",
}
PROGRESS: Final = {"cardata_approve", "cardata_probe", "cardata_reading"}
# What Home Assistant's own methods abort a flow with
ABORTS: Final = {
    "_abort_if_unique_id_configured": {"already_configured"},
    "async_set_unique_id": {"already_in_progress"},
    "async_update_reload_and_abort": {"reauth_successful", "reconfigure_successful"},
}
SENTENCE: Final = 25
EXPLANATION: Final = "explanation_"
# Texts that steps put into others
SET_UP: Final = "set_up_"
NOW: Final = datetime(2026, 10, 1, 12, tzinfo=UTC)

type Tree = dict[str, Any]
type Place = tuple[str, ...]
type Call = tuple[ModuleType, ast.Module, ast.Call, dict[str | None, ast.expr]]


@pytest.fixture(autouse=True)
def _custom_integrations() -> None:
    """Nothing here needs a Home Assistant."""


@cache
def read(name: str) -> Tree:
    content: Tree = json.loads((INTEGRATION / f"{name}.json").read_text(encoding="utf-8"))
    return content


def translations(language: str = "en") -> Tree:
    return read(f"translations/{language}")


def flat(tree: Tree, path: Place = ()) -> dict[Place, str]:
    found: dict[Place, str] = {}
    for key, branch in tree.items():
        found |= flat(branch, (*path, key)) if isinstance(branch, dict) else {(*path, key): branch}
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def described() -> Iterator[tuple[str, EntityDescription, Tree]]:
    for platform, table in TABLES.items():
        for description in table:
            entities = translations()["entity"][platform]
            yield platform, description, entities[description.translation_key]


def pick[T](choices: Iterable[T], number: int) -> T:
    listed = tuple(choices)
    return listed[number % len(listed)]


def vehicle(number: int) -> Vehicle:
    """Make a car that shows every attribute; over ten cars, each attribute takes every value."""
    lid = pick(values.LidState, number)
    severity = pick((None, *values.Severity), number)
    messages = tuple(values.CheckControlMessage(kind, severity) for kind in CHECK_CONTROL_TYPES)
    status = pick((None, *values.ServiceStatus), number)
    days = (date(2027, 1, 1) + timedelta(days=day) for day in range(len(SERVICE_TYPES)))
    services = tuple(
        values.ServiceItem(pick(SERVICE_TYPES, number + ahead), status, day, 1000.0)
        for ahead, day in enumerate(days)
    )
    timers = tuple(values.DepartureTimer(timer, time(7), active=True) for timer in range(1, 5))
    readings: list[car.AnyReading] = [
        *(attribute.at(lid, NOW) for attribute in (*car.LIDS.values(), *car.WINDOWS.values())),
        *(
            attribute.at(values.TireComparison(200.0, 260.0), NOW)
            for attribute in car.TIRE_COMPARISON.values()
        ),
        car.FAULT_CODES.at(("9A01B2",), NOW),
        car.LOCK_STATE.at(pick(values.LockState, number), NOW),
        car.CHARGING_MODE.at(pick(values.ChargingMode, number), NOW),
        car.CHARGING_PROFILE.at(values.ChargingProfile(timers=timers), NOW),
        car.CHECK_CONTROL.at(messages, NOW),
        car.SERVICES.at(services, NOW),
        car.CHARGING_SESSIONS.at((values.ChargingSession(NOW, NOW),), NOW),
        car.JOURNAL_TRIP.at(trip(number), NOW),
        *(
            attribute.at(records.EnergyCost(13.2, 1.5, 11.7, 80.0, 40.0), NOW)
            for attribute in (car.ENERGY_COST_MONTH, car.ENERGY_COST_PER_DISTANCE)
        ),
        car.ESTIMATED_CAPACITY.at(records.BatteryEstimate(80.0, 79.0, 81.0, 5), NOW),
        car.PROJECTED_RANGE.at(
            records.ProjectedRange(400, 80.0, pick(records.CapacityBasis, number), 20.0, 500.0, 20),
            NOW,
        ),
        car.JOURNAL_CHARGE.at(charge(number), NOW),
        car.PREDICTED_SOC.at(
            records.Prediction(40.5, pick(records.PredictionBasis, number), NOW, 1.0), NOW
        ),
        car.CONVERTIBLE_ROOF.at(lid, NOW),
        car.DESTINATIONS.at((values.Destination(city="Munich"),), NOW),
        *(figure.at(values.Comparison(own=1.0), NOW) for figure in car.ALL_TRIPS.values()),
        *(
            attribute.at(CommandResult(kind, CommandState.EXECUTED, NOW), NOW)
            for kind, attribute in car.LAST_COMMAND.items()
        ),
    ]
    made = Vehicle("WBA00000000000000")
    made.update(readings)
    return made


def trip(number: int) -> records.Trip:
    energy = records.Figure(1.0, pick(records.How, number))
    away = records.RecordPlace(records.PlaceKind.AWAY)
    cost = records.Money(4.68, "EUR", records.How.TARIFF)
    made = records.Trip("t", NOW, NOW, 1.0, 2.0, energy=energy, origin=away, destination=away)
    return replace(made, fuel_cost=cost)


def charge(number: int) -> records.Charge:
    return records.Charge(
        "c",
        NOW,
        NOW,
        energy=records.Figure(1.0, pick(records.How, number)),
        kind=pick(records.ChargingKind, number),
        place=records.RecordPlace(records.PlaceKind.AWAY),
        solar_share=50.0,
        cost=records.Money(1.0, "EUR", pick(records.How, number)),
        ended_by=pick(records.ChargeEnd, number),
    )


CARS: Final = [vehicle(number) for number in range(10)]


def extra_attributes(description: EntityDescription) -> Mapping[str, set[str]]:
    """Return the extra attributes of an entity, with the words that are their values."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for made in CARS:
        for name, value in _extra(description, made).items():
            found[name] |= {value} if isinstance(value, str) and value.isidentifier() else set()
    return found or ENTITY_ATTRIBUTES.get(description.key, {})


def _extra(description: EntityDescription, made: Vehicle) -> Mapping[str, object]:
    match description:
        case BinaryDescription(extra=extra) if extra is not None:
            return extra(made)
        case SensorDescription():
            return description.details_of(made) or {}
    return {}


def states(description: EntityDescription) -> set[str]:
    """Return the states of an entity that need a text."""
    match description:
        case SelectDescription():
            offers = {option for made in CARS for option in description.options_of(made)}
            return {option for option in offers if not option.isdigit()}
        case SensorDescription(options=list(options)):
            return set(options)
        case SourceSensorDescription(options=list(options)):
            return set(options)
    return OPEN_STATES.get(description.key, set())


def error_keys(kind: type[errors.ClientError] = errors.ClientError) -> set[str]:
    return {kind.key}.union(*(error_keys(child) for child in kind.__subclasses__()))


@cache
def calls() -> list[Call]:
    found: list[Call] = []
    folders = ("", "runtime/", "services/", "sources/")
    paths = {path for folder in folders for path in INTEGRATION.glob(f"{folder}*.py")}
    for path in sorted(paths):
        names = (mybmw.__name__, *path.relative_to(INTEGRATION).with_suffix("").parts)
        module = import_module(".".join(names).removesuffix(".__init__"))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                words = {word.arg: word.value for word in node.keywords}
                found.append((module, tree, node, words))
    return found


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def keys_in(module: ModuleType, node: ast.expr) -> set[str]:
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.Name(id=name):
            return {getattr(module, name)}
        case ast.Attribute(attr="key"):
            return error_keys()
        case ast.Call(func=ast.Attribute(value=ast.Name(id=table), attr="get"), args=[_, usual]):
            return {*getattr(module, table).values(), *keys_in(module, usual)}
    raise AssertionError(f"{module.__name__}: {ast.unparse(node)} is not understood")


def given(tree: ast.Module, node: ast.expr) -> set[str]:
    """Return the keys of a dict of placeholders, written in place or in a variable."""
    match node:
        case ast.Dict(keys=keys):
            return {str(key.value) for key in keys if isinstance(key, ast.Constant)}
        case ast.Name(id=name):
            assigned = (node for node in ast.walk(tree) if isinstance(node, ast.Assign))
            dicts = [each.value for each in assigned if ast.unparse(each.targets[0]) == name]
            return set().union(*(given(tree, value) for value in dicts))
    raise AssertionError(f"{ast.unparse(node)} is not understood")


def raised(*, issues: bool) -> dict[str, set[str]]:
    """Return the translation keys of exceptions (or issues) in the code, and their placeholders."""
    found: dict[str, set[str]] = {}
    for module, tree, call, words in calls():
        is_issue = name_of(call) == "async_create_issue"
        exception = "translation_domain" in words
        if name_of(call) == "translated_error" and not issues:
            for key in keys_in(module, call.args[1]):
                names = {word for word in words if word}
                found[key] = found.get(key, names) & names
        elif "translation_key" in words and (is_issue if issues else exception):
            if ast.unparse(words["translation_key"]) == "key":
                continue  # in `translated_error` itself
            names = given(tree, words.get("translation_placeholders", ast.Dict([], [])))
            for key in keys_in(module, words["translation_key"]):
                found[key] = found.get(key, names) & names
    return found


def test_every_platform_is_looked_at() -> None:
    assert TABLES.keys() == set(PLATFORMS)
    assert translations()["entity"].keys() == TABLES.keys()


@pytest.mark.parametrize("platform", TABLES)
def test_entities_are_translated(platform: str) -> None:
    keys = [description.translation_key for description in TABLES[platform]]
    assert len(set(keys)) == len(keys)
    assert translations()["entity"][platform].keys() == set(keys)


def test_entities_are_named() -> None:
    """Only an entity that is called like its device must not have a name of its own."""
    for platform, description, texts in described():
        assert ("name" in texts) is (description.name is not None), (platform, description.key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_unique(language: str) -> None:
    for platform, entities in translations(language)["entity"].items():
        names = [texts["name"].casefold() for texts in entities.values() if "name" in texts]
        assert sorted(names) == sorted(set(names)), platform


def test_names_are_short() -> None:
    """A name that is cut off on a dashboard names nothing."""
    for platform, description, texts in described():
        assert len(texts.get("name", "")) <= 40, (platform, description.key)


def test_states_are_translated() -> None:
    for platform, description, texts in described():
        found = set(texts.get("state", ()))
        if platform == "binary_sensor":
            assert found in (set(), {"on", "off"}), description.key
        else:
            assert found == states(description), description.key


def test_extra_attributes_are_translated() -> None:
    for _, description, texts in described():
        expected = extra_attributes(description)
        attributes = texts.get("state_attributes", {})
        assert attributes.keys() == expected.keys(), description.key
        for name, attribute in attributes.items():
            assert attribute["name"]
            assert set(attribute.get("state", ())) == expected[name], (description.key, name)


def test_exceptions_are_translated() -> None:
    found = raised(issues=False)
    messages = {
        key: text
        for key, text in translations()["exceptions"].items()
        if not key.startswith((EXPLANATION, SET_UP))
    }
    assert messages.keys() == found.keys() == error_keys() | OWN_ERRORS
    for key, names in found.items():
        assert messages[key].keys() == {"message"}
        told = placeholders(messages[key]["message"])
        needed = names - {"error"} if key in MISTAKES or "error" not in told else names
        assert placeholders(messages[key]["message"]) == needed, key


def test_texts_of_the_set_up_are_translated() -> None:
    found = {key.removeprefix(SET_UP) for key in translations()["exceptions"] if SET_UP in key}
    assert found == {
        *("ticked", "partly", "nothing"),
        *("read", "secondary", "denied", "elsewhere", "failed", "no_car"),
        *("heard", "waiting", "silent", "motorcycle", "trouble", "lost"),
    }


def test_explanations_are_translated() -> None:
    """Home Assistant has the texts of the client; a part of a sentence is short."""
    messages = translations()["exceptions"]
    found = {key: text["message"] for key, text in messages.items() if key.startswith(EXPLANATION)}
    assert found == {f"{EXPLANATION}{key}": text for key, text in TEXTS.items()}
    for language in LANGUAGES:
        for cause in Cause:
            text = translations(language)["exceptions"][f"{EXPLANATION}{cause}"]["message"]
            assert len(text) <= 95, (language, cause)


@pytest.mark.parametrize("language", LANGUAGES)
def test_explanations_of_two_causes_fit(language: str) -> None:
    """They end with their full stop in every language, with the longest name of a source."""
    messages = translations(language)["exceptions"]
    texts = {key: messages[f"{EXPLANATION}{key}"]["message"] for key in TEXTS}
    now = datetime(2026, 11, 10, tzinfo=UTC)
    for pair in (
        (Cause.NOT_SELECTED, Cause.NOT_SENT),
        (Cause.NOT_OFFERED, Cause.NOT_MAIN_USER),
        (Cause.NETWORK, Cause.OUTAGE),
    ):
        for state in (ValueState.OLD, ValueState.MISSING):
            found = Explanation(state, pair, now, "BMW ConnectedDrive")
            assert text_of(found, UTC, texts).endswith("."), (pair, state)


def test_issues_are_translated() -> None:
    issues = translations()["issues"]
    assert issues.keys() == {
        "blocked",
        "blocked_but_read",
        FAILED,
        IN_YAML,
        "not_allowed",
        "not_main_user",
        "secret_needed",
        "server_retired",
        "unexpected",
        *ISSUES,
        *SILENT_ISSUES,
        *COPY_ISSUES,
    }
    for key, texts in issues.items():
        fixable = key.startswith(("blocked", "secret_needed"))
        assert texts.keys() == {"title", "fix_flow" if fixable else "description"}
        given = {"account", "cars"} if key in ("not_allowed", "not_main_user") else {"account"}
        given |= {"car"} if key in SILENT_ISSUES else set()
        given |= {"folders", "others"} if key in COPY_ISSUES else set()
        assert placeholders(" ".join(flat(texts).values())) <= given, key


def test_flow_steps_are_translated() -> None:
    steps = {name for name in vars(config_flow.MyBMWConfigFlow) if "async_step_" in name}
    for source, spec in SOURCES.items():
        own = {name for name in dir(spec.setup.steps) if "async_step_" in name}
        steps |= {name.replace("_step_", f"_step_{source}_") for name in own}
        steps.add(f"async_step_{source}_remove")
    steps = {name.removeprefix("async_step_").removesuffix("_begin") for name in steps}
    texts = translations()["config"]["step"]
    assert texts.keys() == STEPS.keys() | MENUS.keys()
    assert steps == texts.keys() | SILENT | PROGRESS
    assert translations()["config"]["progress"].keys() == PROGRESS
    for step, schema in STEPS.items():
        if schema.schema:
            _assert_fields(texts[step], schema.schema)
    for step, choices in MENUS.items():
        assert texts[step]["menu_options"].keys() == choices


def test_options_are_translated() -> None:
    steps = translations()["options"]["step"]
    assert steps.keys() == {"init", "settings", "entities", "preview"}
    assert steps["init"]["menu_options"].keys() == {"settings", "entities"}
    _assert_fields(steps["entities"], entity_options._SCHEMA.schema)
    assert translations()["selector"]["entity_group"]["options"].keys() == set(EntityGroup)
    general = config_flow._GENERAL | config_flow._COMMANDING
    _assert_fields(
        steps["settings"],
        {**general, **mybmw_steps.SETUP.options, **connecteddrive_steps.SETUP.options},
    )
    sections = steps["settings"]["sections"]
    assert sections.keys() == {"journal", "cardata", "stream", "highmobility"}
    _assert_fields(sections["journal"], journal_fields("EUR"))
    _assert_fields(sections["highmobility"], highmobility.FIELDS.schema)
    _assert_fields(sections["cardata"], cardata_steps._REQUESTS.schema)
    _assert_fields(sections["stream"], cardata_stream.FIELDS.schema)
    errors = translations()["options"]["error"]
    assert errors.keys() == {
        "ca_invalid",
        "charger_meter_unit",
        "host_missing",
        "prefix_invalid",
        "currency_changed",
        "usable_capacities_invalid",
        "price_missing",
        "price_periods_invalid",
        "price_entity_missing",
        "price_entity_unit",
        "fuel_price_unit",
        "charger_power_unit",
        "work_zone_home",
        "place_prices_invalid",
    }


def _assert_fields(texts: Tree, schema: Mapping[Any, Any]) -> None:
    fields = {str(marker) for marker in schema}
    assert texts["data"].keys() == texts["data_description"].keys() == fields


def test_flow_results_are_translated() -> None:
    texts = translations()["config"]
    client = error_keys().difference(*map(error_keys, COMMAND_ERRORS))
    assert texts["error"].keys() == client | set(LoginFailure) | {
        "account_unknown",
        "client_id_form",
        *cardata_guide._NAMED.values(),
        *highmobility_steps.ERRORS,
        "server_form",
    }
    reasons: set[str] = set()
    for module, _, call, words in calls():
        if "flow" in module.__name__ or ".sources." in module.__name__:
            reasons |= ABORTS.get(name_of(call), set())
            reasons |= keys_in(module, words["reason"]) if "reason" in words else set()
    assert texts["abort"].keys() == reasons


def test_flow_placeholders_are_given() -> None:
    code = DeviceCode("code", "device", "https://bmw.example/link", 5, NOW, "verifier")
    names = {
        *portals.portals("DE"),
        *cardata_login._placeholders(code),
        *("captcha_url", "username"),
        *("account", "cars", "entities", "car"),
        *("portal", "service", "count", "boxes", "line", "spent"),
    }
    for path, text in flat(translations()["config"]).items():
        assert placeholders(text) <= names, path
    captcha = translations()["config"]["step"]["mybmw_captcha"]["description"]
    assert "]({captcha_url})" in captcha


def test_selectors_are_translated() -> None:
    keys = set().union(
        *(
            keys_in(module, words["translation_key"])
            for module, _, call, words in calls()
            if name_of(call) == "SelectSelectorConfig"
        )
    )
    assert keys == {
        "car_kind",
        "cardata_brand",
        "cardata_wish",
        "connecteddrive_server",
        "entity_group",
        "highmobility_brand",
        "highmobility_event",
        "highmobility_locale",
        "region",
        "stream",
    }
    assert translations()["selector"].keys() == keys | {
        *("charging_mode", "view", "weekday", "tariff", "price_periods", "place_prices"),
        *("usable_capacities", "keep_records"),
        *("delimiter", "export_format", "log_kind", "order", "period", "series", "trip_category"),
    }
    assert translations()["selector"]["stream"]["options"].keys() == set(cardata_stream.STREAMS)
    assert translations()["selector"]["region"]["options"].keys() == set(Region)
    servers = translations()["selector"]["connecteddrive_server"]["options"]
    assert servers.keys() == set(RETIRED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_are_alike(language: str) -> None:
    """English is complete; the others may lag behind, and Home Assistant shows English then."""
    english, other = flat(translations()), flat(translations(language))
    assert other.keys() <= english.keys()
    for path, text in other.items():
        assert placeholders(text) == placeholders(english[path]), path


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_languages_are_translated(language: str) -> None:
    english = flat(translations())
    left = [
        path
        for path, text in flat(translations(language)).items()
        if len(text) >= SENTENCE and text == english[path]
    ]
    assert left == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_legal(language: str) -> None:
    """The rules of Home Assistant's own check, and of the language its messages are written in."""
    for path, text in flat(translations(language)).items():
        assert text, path
        assert text == text.strip(), path
        assert "[%" not in text, path
        assert "://" not in text, path
        assert not re.search(r"<\w|</", text), path
        assert not re.search(r"'\{|\}'", text), path
        assert all(name.isidentifier() for name in placeholders(text)), path
        assert path[0] not in ("entity", "selector") or not placeholders(text), path
        assert all(re.fullmatch(r"[a-z0-9]+([_-][a-z0-9]+)*", key) for key in path), path


def test_icons_are_complete() -> None:
    """A lock has an icon of its own, and so have the device classes that Home Assistant draws."""
    icons = read("icons")["entity"]
    for platform, description, _ in described():
        drawn = class_icons(platform).keys() - {"_", "enum"}
        if platform != "lock" and description.device_class not in drawn:
            assert description.translation_key in icons[platform], (platform, description.key)


@cache
def class_icons(platform: str) -> Tree:
    folder = Path(str(import_module(f"homeassistant.components.{platform}").__file__)).parent
    content = json.loads((folder / "icons.json").read_text("utf-8"))
    found: Tree = content["entity_component"]
    return found


def test_icons_are_used() -> None:
    assert read("icons").keys() == {"entity", "services"}
    for platform, icons in read("icons")["entity"].items():
        table = {description.translation_key: description for description in TABLES[platform]}
        assert icons.keys() <= table.keys()
        for key, icon in icons.items():
            switched = platform in ("binary_sensor", "switch")
            known = {"on", "off"} if switched else states(table[key])
            assert icon.keys() <= {"default", "state"}
            assert set(icon.get("state", ())) <= known, (platform, key)
            assert icon["default"] not in icon.get("state", {}).values(), (platform, key)
