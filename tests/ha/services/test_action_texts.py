"""What describes the actions: complete, nothing superfluous, and what the code says as well."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.helpers.selector import validate_selector
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest
import voluptuous as vol

from custom_components import mybmw
from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.select import SELECTS
from custom_components.mybmw.services import ACTIONS
from custom_components.mybmw.services.commands import DAYS, MODES
from custom_components.mybmw.services.journal import (
    CATEGORIES,
    DELIMITERS,
    FORMATS,
    KINDS,
    ORDERS,
    PERIODS,
    SERIES,
)
from custom_components.mybmw.services.sources import VIEWS

INTEGRATION: Final = Path(mybmw.__file__).parent
WORDS: Final = {
    "charging_mode": MODES,
    "view": list(VIEWS),
    "weekday": DAYS,
    "delimiter": list(DELIMITERS),
    "export_format": FORMATS,
    "log_kind": list(KINDS),
    "order": ORDERS,
    "period": PERIODS,
    "series": SERIES,
    "trip_category": CATEGORIES,
}

type Tree = dict[str, Any]


@pytest.fixture(autouse=True)
def _custom_integrations() -> None:
    """Most of it needs no Home Assistant."""


def read(name: str) -> Tree:
    content: Tree = json.loads((INTEGRATION / name).read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def described() -> Tree:
    """The actions that the frontend shows."""
    return load_yaml_dict(INTEGRATION / "services.yaml")


@pytest.fixture(scope="module")
def texts() -> Tree:
    """The English texts."""
    return read("translations/en.json")


def sections(action: Tree) -> Tree:
    return {key: item for key, item in action["fields"].items() if "fields" in item}


def fields(action: Tree) -> Iterator[tuple[str, Tree]]:
    for key, item in action["fields"].items():
        yield from item["fields"].items() if "fields" in item else [(key, item)]


def test_all_actions_are_described(described: Tree, texts: Tree) -> None:
    assert described.keys() == texts["services"].keys() == ACTIONS.keys()
    assert read("icons.json")["services"].keys() == ACTIONS.keys()


@pytest.mark.parametrize("action", ACTIONS)
def test_fields_are_those_of_the_code(described: Tree, action: str) -> None:
    """Names, what is required, and defaults."""
    shown = dict(fields(described[action]))
    taken = {str(marker): marker for marker in ACTIONS[action].fields}
    assert shown.keys() == taken.keys()
    for key, field in shown.items():
        assert field.get("required", False) is isinstance(taken[key], vol.Required), key
        default = getattr(taken[key], "default", vol.UNDEFINED)
        assert field.get("default", vol.UNDEFINED) == (default() if callable(default) else default)


@pytest.mark.parametrize("action", ACTIONS)
def test_fields_can_be_chosen_and_have_examples(described: Tree, action: str) -> None:
    """Every example is something that the action takes, and so is what a selector offers."""
    schema = {str(marker): check for marker, check in ACTIONS[action].fields.items()}
    for key, field in fields(described[action]):
        (kind,) = validate_selector(field["selector"])
        if kind not in ("device", "config_entry"):
            vol.Schema(schema[key])(field["example"])
        if kind == "select":
            select = field["selector"][kind]
            assert select["options"] == WORDS[select["translation_key"]]


@pytest.mark.parametrize("action", ACTIONS)
def test_texts(described: Tree, texts: Tree, action: str) -> None:
    """An action, its fields and sections have names and descriptions, which are sentences."""
    told = texts["services"][action]
    parts = [told, *told["fields"].values(), *told.get("sections", {}).values()]
    assert told["fields"].keys() == dict(fields(described[action])).keys()
    assert told.get("sections", {}).keys() == sections(described[action]).keys()
    assert told.keys() - {"sections"} == {"name", "description", "fields"}
    for part in parts:
        assert part["name"][0].isupper()
        assert not part["name"].endswith(".")
        assert part["description"].endswith(".")


def test_icons(described: Tree) -> None:
    for action, icons in read("icons.json")["services"].items():
        assert icons["service"].startswith("mdi:")
        assert icons.get("sections", {}).keys() == sections(described[action]).keys()


def test_selectors(texts: Tree) -> None:
    for key, words in WORDS.items():
        assert texts["selector"][key]["options"].keys() == set(words)


@pytest.mark.parametrize("path", (INTEGRATION / "translations").glob("*.json"), ids=str)
def test_words_are_those_of_entities(path: Path) -> None:
    """What is the same thing has the same name wherever it is seen."""
    told = json.loads(path.read_text(encoding="utf-8"))
    entities, chosen = told["entity"], told["selector"]
    assert chosen["charging_mode"]["options"] == entities["select"]["charging_mode"]["state"]
    for view, name in chosen["view"]["options"].items():
        assert name == entities["image"][f"image_{view}"]["name"]
    named = {
        "send_poi": entities["notify"]["send_poi"],
        "find_vehicle": entities["button"]["find_vehicle"],
        "refresh": entities["button"]["refresh"],
    }
    services = told["services"]
    for action, entity in named.items():
        assert services[action]["name"] == entity["name"]
    settings = services["set_charging_settings"]["fields"]
    assert settings["target_soc"]["name"] == entities["number"]["target_soc"]["name"]
    for key, item in {select.key: select for select in SELECTS}.items():
        fields_ = settings | services["set_charging_profile"]["fields"]
        assert fields_[key]["name"] == entities["select"][item.key]["name"]


def test_responses_are_promised(texts: Tree) -> None:
    """Actions that only answer are called so, and cost nothing."""
    for name, action in ACTIONS.items():
        only = action.response is SupportsResponse.ONLY
        assert only is bool(re.match("explain|get_(?!image)", name)), name
        assert only is texts["services"][name]["description"].endswith("Costs no request."), name


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_home_assistant_understands_them(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    described = (await async_get_all_descriptions(hass))[DOMAIN]
    assert described.keys() == ACTIONS.keys()
    assert described["send_poi"]["fields"]["address"]["collapsed"] is True
    answers = {name: item.get("response") for name, item in described.items()}
    for name, action in ACTIONS.items():
        only = {"optional": action.response is SupportsResponse.OPTIONAL}
        silent = action.response is SupportsResponse.NONE
        assert answers[name] == (None if silent else only)
