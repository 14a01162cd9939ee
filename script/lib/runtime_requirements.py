"""Print the requirements that Home Assistant installs for the integrations in the arguments."""

import json
from pathlib import Path
import sys

from homeassistant import bootstrap
from homeassistant.auth.mfa_modules import totp

COMPONENTS = Path(bootstrap.__file__).parent / "components"
RELATED = ("dependencies", "after_dependencies")


def requirements(domains: set[str]) -> set[str]:
    """Return the pip requirements of the domains and of everything loaded with them."""
    found = set(totp.REQUIREMENTS)
    seen: set[str] = set()
    while domains:
        domain = domains.pop()
        seen.add(domain)
        path = COMPONENTS / domain / "manifest.json"
        manifest = json.loads(path.read_bytes()) if path.exists() else {}
        found.update(manifest.get("requirements", []))
        domains.update(other for key in RELATED for other in manifest.get(key, []))
        domains -= seen
    return found


if __name__ == "__main__":
    wanted = {*sys.argv[1:], *bootstrap.DEFAULT_INTEGRATIONS, *bootstrap.CORE_INTEGRATIONS}
    print("\n".join(sorted(requirements(wanted))))
