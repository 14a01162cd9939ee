"""Create the HTTP client."""

import httpx

from ..core.errors import InvalidValueError


def web_client() -> httpx.AsyncClient:
    """Return a client, to be closed by the caller; raise `InvalidValueError` for a bad environment.

    The error does not contain the bad value, since the URL of a proxy may contain a password.
    """
    try:
        return httpx.AsyncClient()
    except ImportError:
        text = "a SOCKS proxy needs one more package: pip install 'httpx[socks]'"
    except OSError:
        text = "the certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read"
    except ValueError, httpx.InvalidURL:
        text = "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY or NO_PROXY is not written as it should be"
    raise InvalidValueError(text)
