"""What continuous integration runs elsewhere."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.util.yaml import load_yaml_dict
import pytest

ROOT: Final = Path(__file__).parents[1]
WORKFLOWS: Final = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED: Final = re.compile(r"[\w-]+/[\w-]+(/[\w-]+)*@[0-9a-f]{40}")


def steps(path: Path) -> Iterator[dict[str, Any]]:
    for job in load_yaml_dict(path)["jobs"].values():
        yield from job.get("steps", ())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned(path: Path) -> None:
    """A tag may be moved to other code, a commit may not."""
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert used
    assert [action for action in used if not PINNED.fullmatch(action)] == []


def test_hassfest_and_hacs_check_it() -> None:
    used = {step["uses"].partition("@")[0] for step in steps(WORKFLOWS[-1]) if "uses" in step}
    assert {"home-assistant/actions/hassfest", "hacs/action"} <= used


def test_oldest_home_assistant_is_started() -> None:
    """The floor that HACS keeps to, and a newer one."""
    floor = json.loads((ROOT / "hacs.json").read_bytes())["homeassistant"]
    jobs = load_yaml_dict(ROOT / ".github" / "workflows" / "test.yml")["jobs"]
    versions = jobs["versions"]["strategy"]["matrix"]["home-assistant"]
    assert versions[0] == floor
    script = (ROOT / "script" / "test-versions").read_text("utf-8")
    newest = re.search(r"^newest=(\S+)$", script, re.MULTILINE)
    assert newest is not None
    assert versions[1] == newest[1]


def test_release_runs_the_tests_first() -> None:
    """And only the release itself may write to the repository."""
    workflow = load_yaml_dict(ROOT / ".github" / "workflows" / "release.yml")
    jobs = workflow["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/test.yml"
    assert jobs["release"]["needs"] == "test"
    assert workflow["permissions"] == {"contents": "read"}
    tests = (ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8")
    assert "\n  workflow_call:\n" in tests
