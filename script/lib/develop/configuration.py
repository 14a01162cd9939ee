"""The configuration directory of Home Assistant."""

import json
from pathlib import Path
from typing import Any, Final

from .options import HOST

NAME: Final = "Garage"
HOME: Final = (48.1769, 11.5590)
ZONE: Final = "Europe/Berlin"

# No login form for a browser on this machine, as there is only one user.
_CONFIGURATION: Final = f"""\
homeassistant:
  name: {NAME}
  latitude: {HOME[0]}
  longitude: {HOME[1]}
  elevation: 515
  country: DE
  currency: EUR
  time_zone: {ZONE}
  unit_system: metric
  auth_providers:
    - type: trusted_networks
      trusted_networks: ["{HOST}"]
      allow_bypass_login: true
    - type: homeassistant
config:
energy:
frontend:
history:
logbook:
logger:
  default: warning
  logs:
    custom_components.mybmw: info
sun:
"""
_ONBOARDING: Final = "onboarding"
_HTTP: Final = "http"


def prepare(config: Path, port: int) -> None:
    """Create the files of a new directory, keep those of an existing one, and set the port.

    Only the user step of onboarding is left, since the others call services on the internet. The
    port is written to the store, as Home Assistant resets one from YAML after five minutes.
    """
    storage = config / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    configuration = config / "configuration.yaml"
    if not configuration.exists():
        configuration.write_text(_CONFIGURATION)
    if not (storage / _ONBOARDING).exists():
        done = ["core_config", "analytics", "integration"]
        _store(storage, _ONBOARDING, (4, 1), {"done": done})
    _store(storage, _HTTP, (2, 2), _listening(port))


def _listening(port: int) -> dict[str, Any]:
    stable = {
        "server_host": [HOST],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": "2026-01-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }
    return {"stable": stable, "pending": None, "yaml_migration_done": True}


def _store(storage: Path, key: str, version: tuple[int, int], data: dict[str, Any]) -> None:
    content = {"version": version[0], "minor_version": version[1], "key": key, "data": data}
    (storage / key).write_text(json.dumps(content, indent=2))


def saved_tokens(config: Path, domain: str, source: str) -> list[dict[str, Any]]:
    """Return the sets of tokens in a configuration, the newest one last."""
    storage = config / ".storage"
    found = []
    for entry in _data(storage / "core.config_entries").get("entries", ()):
        if entry["domain"] == domain:
            kept = entry["data"].get("sources", {}).get(source, {}).get("tokens")
            # Home Assistant writes entries with a delay, but this file at once
            written = _data(storage / f"{domain}.{entry['entry_id']}.{source}.tokens")
            found += sorted(filter(None, (kept, written)), key=_generation)
    return [tokens for tokens in found if tokens.get("refresh")]


def saved_accounts(config: Path, domain: str, source: str) -> list[dict[str, Any]]:
    """Return how the entries in a configuration log in to a source."""
    entries = _data(config / ".storage" / "core.config_entries").get("entries", ())
    mine = [entry["data"].get("sources", {}) for entry in entries if entry["domain"] == domain]
    return [sources[source] for sources in mine if source in sources]


def _generation(tokens: dict[str, Any]) -> int:
    return int(tokens.get("generation", 0))


def _data(path: Path) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(path.read_bytes())["data"]
    except OSError, ValueError, KeyError:
        return {}
    return data
