"""A certificate authority for tests, and its certificate for all simulated servers."""

import atexit
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
import shutil
from tempfile import mkdtemp
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .cardata.wire import HOSTS as CARDATA_HOSTS
from .connecteddrive.service import HOST as LEGACY_HOST
from .wire import HOSTS as MYBMW_HOSTS
from .world import utcnow

_AUTHORITY: Final = "Simulated BMW CA"
_HOST: Final = "localhost"
_HOSTS: Final = (
    _HOST,
    *sorted(MYBMW_HOSTS | CARDATA_HOSTS),
    LEGACY_HOST,
    "nominatim.openstreetmap.org",
)
_LIFETIME: Final = timedelta(days=30)
_AUTHORITY_USAGE: Final = x509.KeyUsage(
    digital_signature=True,
    key_cert_sign=True,
    crl_sign=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: of the authority, of the server, and the key of the server."""

    authority: Path
    server: Path
    key: Path


@cache
def certificates() -> Certificates:
    """Create the files once per process; they are deleted at its end."""
    where = Path(mkdtemp(prefix="mybmw-certificates-"))
    atexit.register(shutil.rmtree, where, ignore_errors=True)
    files = Certificates(where / "ca.pem", where / "server.pem", where / "server.key")
    authority_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    files.authority.write_bytes(_authority(authority_key).public_bytes(Encoding.PEM))
    files.server.write_bytes(_server(key, authority_key).public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    files.key.write_bytes(private)
    return files


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    # Since Python 3.13 a CA without key usage and key identifier is refused
    return (
        _builder(_AUTHORITY, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_AUTHORITY_USAGE, critical=True)
        .sign(key, hashes.SHA256())
    )


def _server(
    key: ec.EllipticCurvePrivateKey, authority_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    names = [*map(x509.DNSName, _HOSTS), x509.IPAddress(ip_address("127.0.0.1"))]
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        _builder(_HOST, key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(subject: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = utcnow()
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(_AUTHORITY))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _LIFETIME)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
