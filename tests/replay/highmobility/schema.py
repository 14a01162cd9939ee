"""Checks documents against a JSON schema, as far as the official one of the Auto API needs it."""

from collections.abc import Iterator
from datetime import datetime
import json
from pathlib import Path
from typing import Any, Final

type Schema = dict[str, Any]

REDUCED: Final = Path(__file__).with_name("schema.json")
ENVIRONMENT_VARIABLE: Final = "MYBMW_HIGHMOBILITY_SCHEMA"
"""Names a file with the official schema, of which the bundled one is a part."""

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
}


def read(path: Path = REDUCED) -> Schema:
    """Return a schema."""
    found: Schema = json.loads(path.read_text("utf-8"))
    return found


def violations(document: Any, schema: Schema) -> list[str]:
    """Return what is wrong with a document, by path."""
    return list(_violations(document, schema, schema, ""))


def resolved(node: Schema, root: Schema) -> Schema:
    """Follow a reference inside the schema."""
    while "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        node = root["$defs"][name]
    return node


def _violations(value: Any, node: Schema, root: Schema, path: str) -> Iterator[str]:
    node = resolved(node, root)
    kind = node.get("type")
    if kind is not None and (not isinstance(value, _TYPES[kind]) or isinstance(value, bool)):
        yield f"{path}: not of type {kind}"
        return
    if "enum" in node and value not in node["enum"]:
        yield f"{path}: {value!r} is not one of the words"
    if node.get("format") == "date-time" and not _is_time(value):
        yield f"{path}: not a time"
    if isinstance(value, int | float) and not (
        node.get("minimum", value) <= value <= node.get("maximum", value)
    ):
        yield f"{path}: out of range"
    if isinstance(value, dict):
        yield from _in_object(value, node, root, path)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _violations(item, node.get("items", {}), root, f"{path}[{index}]")


def _in_object(value: dict[str, Any], node: Schema, root: Schema, path: str) -> Iterator[str]:
    properties = node.get("properties", {})
    if len(value) < node.get("minProperties", 0):
        yield f"{path}: too few properties"
    for name in node.get("required", ()):
        if name not in value:
            yield f"{path}: {name} is missing"
    for name, item in value.items():
        if name in properties:
            yield from _violations(item, properties[name], root, f"{path}.{name}")
        # The schema at hand has lost what "description" is, but demands one
        elif node.get("additionalProperties") is False and name not in node.get("required", ()):
            yield f"{path}: {name} is not known"


def _is_time(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except TypeError, ValueError:
        return False
