"""The identity of the app in requests, and the random values of a login.

See docs/protocols/mybmw-app.md#app-identity.
"""

import base64
import hashlib
import secrets
import string
from typing import Final
import uuid

APP_VERSION: Final = "4.9.2(36892)"
USER_AGENT: Final = "Dart/3.3 (dart:io)"

_TOKEN_ALPHABET: Final = string.ascii_letters + string.digits + "-._~"
_VERIFIER_LENGTH: Final = 86


def build_id(hostname: str, node: int) -> str:
    """Return an app build derived from this installation, such as AP2A.267867.249."""
    digest = uuid.uuid5(uuid.NAMESPACE_DNS, f"{hostname}-{node}").hex
    digits = "".join(filter(str.isdecimal, digest))
    return f"AP2A.{digits[:6]:0<6}.{digits[-3:]:0>3}"


def x_user_agent(build: str, brand: str, region_code: str) -> str:
    """Return the x-user-agent header; brand and region code in lower case."""
    return f"android({build});{brand};{APP_VERSION};{region_code}"


def random_token(length: int) -> str:
    """Return a cryptographically random text of URL-safe characters."""
    return "".join(secrets.choice(_TOKEN_ALPHABET) for _ in range(length))


def code_verifier() -> str:
    """Return a new PKCE verifier of 86 characters."""
    return random_token(_VERIFIER_LENGTH)


def code_challenge(verifier: str) -> str:
    """Return the S256 challenge of an ASCII verifier, without padding."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
