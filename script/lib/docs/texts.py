"""The English texts of the integration."""

import json
from pathlib import Path
from typing import Any, Final

from custom_components import mybmw

INTEGRATION: Final = Path(mybmw.__file__).parent
TEXTS: Final[dict[str, Any]] = json.loads(
    (INTEGRATION / "translations" / "en.json").read_text("utf-8")
)
