"""The actions: the fields of each, and an example with all of them."""

from collections.abc import Iterator, Mapping
import json
from typing import Any, Final

from homeassistant.util.yaml import load_yaml_dict

from .tables import code, table
from .texts import INTEGRATION, TEXTS

type Fields = Mapping[str, Any]

_SERVICES: Final = load_yaml_dict(INTEGRATION / "services.yaml")
_DEVICE: Final = "1234567890abcdef1234567890abcdef"
_ENTRY: Final = "01JABCDEFGHJKMNPQRSTVWXYZ0"
_MADE_UP: Final = {"device_id": _DEVICE, "config_entry_id": _ENTRY}
# Of two fields that exclude each other, the one that is not in the example
_LEFT_OUT: Final = {"create_fingerprint": "config_entry_id", "get_reachability": "location"}


def action(name: str) -> Iterator[str]:
    """Yield the table of one action, and an example."""
    texts = TEXTS["services"][name]
    yield from (texts["description"], "")
    fields = dict(_fields(_SERVICES[name]["fields"]))
    rows = [
        (
            code(key),
            "required" if field.get("required") else "optional",
            _values(field["selector"]),
            _shown(field.get("default")),
            texts["fields"][key]["description"],
        )
        for key, field in fields.items()
    ]
    yield from table(("field", "", "values", "default", "what it is"), rows)
    yield from ("", "```yaml", f"action: mybmw.{name}", "data:")
    yield from _example(name, fields)
    yield "```"


def _fields(fields: Fields) -> Iterator[tuple[str, Any]]:
    """Yield all fields, including those of sections."""
    for key, field in fields.items():
        if "selector" in field:
            yield key, field
        else:
            yield from _fields(field["fields"])


def _values(selector: Mapping[str, Any]) -> str:
    ((kind, settings),) = selector.items()
    settings = settings or {}
    match kind:
        case "number":
            step = f" in steps of {settings['step']}" if "step" in settings else ""
            unit = (
                f" {settings['unit_of_measurement']}" if "unit_of_measurement" in settings else ""
            )
            return f"{settings['min']} to {settings['max']}{unit}{step}"
        case "select":
            several = "one or more of " if settings.get("multiple") else ""
            return several + ", ".join(map(code, settings["options"]))
        case "boolean":
            return "true, false"
        case "location":
            return "`latitude`, `longitude` in degrees"
    return {"device": "a car", "config_entry": "an account", "time": "a time of the day"}.get(
        kind, kind
    )


def _shown(value: object) -> str:
    return "" if value is None else code(json.dumps(value).strip('"'))


def _example(name: str, fields: Fields) -> Iterator[str]:
    """Yield the fields of an example."""
    for key, field in fields.items():
        if key == _LEFT_OUT.get(name):
            continue
        value = _MADE_UP.get(key, field.get("example"))
        if isinstance(value, dict):
            yield f"  {key}:"
            yield from (f"    {part}: {json.dumps(item)}" for part, item in value.items())
        else:
            yield f"  {key}: {value if key in _MADE_UP else json.dumps(value)}"
