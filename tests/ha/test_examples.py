"""The automations of the documentation are valid."""

from pathlib import Path
import re
from typing import Final

from homeassistant.components.automation.config import async_validate_config_item
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.mybmw.services import ACTIONS

EXAMPLES: Final = (Path(__file__).parents[2] / "docs" / "examples.md").read_text("utf-8")
BLOCK: Final = re.compile(r"^```yaml\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
AUTOMATIONS: Final = [match["code"] for match in BLOCK.finditer(EXAMPLES)]


def test_there_are_examples() -> None:
    assert len(AUTOMATIONS) >= 6


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
