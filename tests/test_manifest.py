"""The files that Home Assistant, HACS and the package index read."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
import tomllib
from typing import Any, Final

from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components import mybmw
from custom_components.mybmw.const import DOMAIN

INTEGRATION: Final = Path(mybmw.__file__).parent
ROOT: Final = INTEGRATION.parent.parent

MANIFEST_REQUIRED: Final = {
    "codeowners",
    "documentation",
    "domain",
    "iot_class",
    "issue_tracker",
    "name",
    "version",
}
MANIFEST_OPTIONAL: Final = {
    "after_dependencies",
    "config_flow",
    "dependencies",
    "integration_type",
    "loggers",
    "quality_scale",
    "requirements",
}
HACS_KEYS: Final = {
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "name",
    "persistent_directory",
    "render_readme",
    "zip_release",
}
RULES: Final = {
    "bronze": {
        "action-setup",
        "appropriate-polling",
        "brands",
        "common-modules",
        "config-flow",
        "config-flow-test-coverage",
        "dependency-transparency",
        "docs-actions",
        "docs-conditions",
        "docs-high-level-description",
        "docs-installation-instructions",
        "docs-removal-instructions",
        "docs-triggers",
        "entity-event-setup",
        "entity-unique-id",
        "has-entity-name",
        "runtime-data",
        "test-before-configure",
        "test-before-setup",
        "unique-config-entry",
    },
    "silver": {
        "action-exceptions",
        "config-entry-unloading",
        "docs-configuration-parameters",
        "docs-installation-parameters",
        "entity-unavailable",
        "integration-owner",
        "log-when-unavailable",
        "parallel-updates",
        "reauthentication-flow",
        "test-coverage",
    },
    "gold": {
        "devices",
        "diagnostics",
        "discovery",
        "discovery-update-info",
        "docs-data-update",
        "docs-examples",
        "docs-known-limitations",
        "docs-supported-devices",
        "docs-supported-functions",
        "docs-troubleshooting",
        "docs-use-cases",
        "dynamic-devices",
        "entity-category",
        "entity-device-class",
        "entity-disabled-by-default",
        "entity-translations",
        "exception-translations",
        "icon-translations",
        "reconfiguration-flow",
        "repair-issues",
        "stale-devices",
    },
    "platinum": {"async-dependency", "inject-websession", "strict-typing"},
}


def read(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def texts(tree: object) -> Iterator[str]:
    if isinstance(tree, dict):
        for branch in tree.values():
            yield from texts(branch)
    else:
        yield str(tree)


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return read(INTEGRATION / "manifest.json")


@pytest.fixture(scope="module")
def rules() -> dict[str, Any]:
    content = load_yaml_dict(INTEGRATION / "quality_scale.yaml")
    assert list(content) == ["rules"]
    found = content["rules"]
    assert isinstance(found, dict)
    return found


def test_manifest_keys_are_ordered(manifest: dict[str, Any]) -> None:
    others = sorted(manifest.keys() - {"domain", "name"})
    assert list(manifest) == ["domain", "name", *others]


def test_manifest_keys_are_legal(manifest: dict[str, Any]) -> None:
    assert manifest.keys() >= MANIFEST_REQUIRED
    assert manifest.keys() <= MANIFEST_REQUIRED | MANIFEST_OPTIONAL


def test_manifest_values(manifest: dict[str, Any]) -> None:
    assert manifest["domain"] == DOMAIN == INTEGRATION.name
    assert manifest["documentation"].startswith("https://")
    assert manifest["codeowners"]
    assert all(re.fullmatch(r"@[\w-]+(/[\w-]+)?", owner) for owner in manifest["codeowners"])
    assert not any(re.search(r"\s", requirement) for requirement in manifest["requirements"])


def test_versions_agree(manifest: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert manifest["version"] == project["version"]


def test_hacs_keys_are_legal(manifest: dict[str, Any]) -> None:
    hacs = read(ROOT / "hacs.json")
    assert hacs.keys() <= HACS_KEYS
    assert hacs["name"] == "MyBMW"
    assert manifest["name"] == "MyBMW (BMW, MINI)", "a search for MINI finds it"
    assert re.fullmatch(r"\d{4}\.\d{1,2}\.\d+", hacs["homeassistant"])


def test_only_one_file_is_called_manifest() -> None:
    assert not list((ROOT / "tests").rglob("manifest.json"))


@pytest.mark.parametrize(
    "path", sorted(INTEGRATION.rglob("*.json")), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_json_parses(path: Path) -> None:
    assert read(path)


def test_icons_are_well_formed() -> None:
    icons = list(texts(read(INTEGRATION / "icons.json")))
    assert icons
    assert [icon for icon in icons if not re.fullmatch(r"mdi:[a-z0-9]+(-[a-z0-9]+)*", icon)] == []


def test_quality_scale_covers_all_rules(rules: dict[str, Any]) -> None:
    assert rules.keys() == set().union(*RULES.values())


def test_quality_scale_gives_reasons(rules: dict[str, Any]) -> None:
    for rule, verdict in rules.items():
        status = verdict["status"] if isinstance(verdict, dict) else verdict
        assert status in {"done", "exempt", "todo"}, rule
        if status == "exempt":
            assert verdict["comment"].strip(), rule


def test_quality_scale_is_reached(manifest: dict[str, Any], rules: dict[str, Any]) -> None:
    """Whatever level the manifest claims, no rule up to it is still to be done."""
    levels = list(RULES)
    claimed = levels[: levels.index(manifest["quality_scale"]) + 1]
    demanded = set().union(*(RULES[level] for level in claimed))
    statuses = {
        rule: verdict["status"] if isinstance(verdict, dict) else verdict
        for rule, verdict in rules.items()
    }
    assert {rule for rule in demanded if statuses[rule] == "todo"} == set()
