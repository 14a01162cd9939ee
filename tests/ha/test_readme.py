"""What the README promises is there, and its examples are valid."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.components.automation.config import async_validate_config_item
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
import voluptuous as vol

from custom_components.mybmw.actions import ACTIONS

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text("utf-8")
TEXTS: Final[dict[str, Any]] = json.loads(
    (ROOT / "custom_components" / "mybmw" / "translations" / "en.json").read_bytes()
)
BLOCK: Final = re.compile(r"^```(?P<language>\w+)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
AUTOMATIONS: Final = [match["code"] for match in BLOCK.finditer(README) if match[1] == "yaml"]


@pytest.mark.parametrize("text", AUTOMATIONS, ids=[text.split("\n")[0] for text in AUTOMATIONS])
async def test_example(hass: HomeAssistant, text: str) -> None:
    """Home Assistant takes it, and every action of ours in it."""
    assert await async_setup_component(hass, "automation", {})
    content = parse_yaml(text)
    assert isinstance(content, dict)
    valid = await async_validate_config_item(hass, "readme", content)
    assert valid is not None
    assert valid.validation_error is None
    for action in re.findall(r"mybmw\.(\w+)$", text, re.MULTILINE):
        assert action in ACTIONS


def test_every_action_is_explained() -> None:
    assert re.findall(r"^\| `mybmw\.(\w+)` \|", README, re.MULTILINE) == list(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_fields_are_explained(action: str) -> None:
    """Every field is in the row of its action, in bold if it is required."""
    (row,) = re.findall(rf"^\| `mybmw\.{action}` \| (.*?) \|", README, re.MULTILINE)
    for field in ACTIONS[action].fields:
        if field == "device_id":
            continue
        assert f"`{field}`" in row, field
        assert (f"**`{field}`**" in row) is isinstance(field, vol.Required), field


def section(title: str) -> str:
    """Return what stands under a title, up to the next one."""
    return README.partition(f"### {title}\n")[2].partition("\n#")[0]


def labels(step: dict[str, Any]) -> Iterator[str]:
    """Yield the names of all fields of a form."""
    yield from step.get("data", {}).values()
    for part in step.get("sections", {}).values():
        yield from labels(part)


def test_every_option_is_explained() -> None:
    """The table names each option as the form does."""
    rows = re.findall(r"^\| (.+?) \| .+? \| .+? \|$", section("Options"), re.MULTILINE)
    listed = {name for row in rows for name in row.split(", ")} - {"option", "---"}
    (form,) = TEXTS["options"]["step"].values()
    assert listed == set(labels(form))


@pytest.mark.parametrize(
    ("title", "steps"),
    [("BMW CarData", ("cardata",)), ("MyBMW app API", ("mybmw", "captcha"))],
)
def test_every_field_of_the_set_up_is_explained(title: str, steps: tuple[str, ...]) -> None:
    explained = section(title).lower()
    for step in steps:
        for label in labels(TEXTS["config"]["step"][step]):
            assert label.lower() in explained, label


def test_library() -> None:
    """The program in the README is the one that the tests run."""
    (code,) = (match["code"] for match in BLOCK.finditer(README) if match[1] == "python")
    assert code == (ROOT / "tests" / "cli" / "example.py").read_text("utf-8")
