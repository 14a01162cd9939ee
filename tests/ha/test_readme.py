"""What the README promises is there, and its examples are valid."""

from pathlib import Path
import re
from typing import Final

from homeassistant.components.automation.config import async_validate_config_item
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.mybmw.actions import ACTIONS

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text("utf-8")
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


def test_library() -> None:
    """The program in the README is the one that the tests run."""
    (code,) = (match["code"] for match in BLOCK.finditer(README) if match[1] == "python")
    assert code == (ROOT / "tests" / "cli" / "example.py").read_text("utf-8")
