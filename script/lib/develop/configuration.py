"""The configuration directory of Home Assistant."""

import json
from pathlib import Path
from typing import Any, Final

from .options import HOST

# A browser on this machine needs no login form: there is only one user.
_CONFIGURATION: Final = f"""\
homeassistant:
  name: Garage
  latitude: 48.1769
  longitude: 11.5590
  elevation: 515
  country: DE
  currency: EUR
  time_zone: Europe/Berlin
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
    """Fill a new directory, keep what is in an old one, and set the port.

    Onboarding is left with nothing but the user: its other steps call services on the internet.
    The port goes to the store, since Home Assistant takes one in YAML back after five minutes.
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


def refresh_tokens(config: Path, domain: str, source: str) -> list[str]:
    """Return the refresh tokens that the entries in a configuration hold."""
    path = config / ".storage" / "core.config_entries"
    if not path.exists():
        return []
    entries = json.loads(path.read_bytes())["data"]["entries"]
    accounts = (
        entry["data"].get("sources", {}).get(source, {})
        for entry in entries
        if entry["domain"] == domain
    )
    return [account["tokens"]["refresh"] for account in accounts if account.get("tokens")]
