"""The demo over HTTP/2 and TLS."""

import contextlib
import datetime
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser

from tests.browser.conftest import open_context
from tests.browser.demo import Demo
from tests.browser.spa import Spa

SERVER = Path(__file__).with_suffix(".mjs")


@contextlib.contextmanager
def serve_http2(origin: str, folder: Path) -> Iterator[str]:
    """Serve what is served at an origin over HTTP/2 too, with a certificate of our own."""
    key, certificate = _write_certificate(folder)
    port = str(urlsplit(origin).port)
    command = ["node", str(SERVER), port, str(key), str(certificate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"https://localhost:{int(process.stdout.readline())}"
        finally:
            process.terminate()


@contextlib.contextmanager
def open_spa(browser: Browser, demo: Demo, folder: Path) -> Iterator[Spa]:
    """The demo's JavaScript page over HTTP/2, in cookie mode."""
    with (
        open_context(browser, ignore_https_errors=True) as context,
        serve_http2(demo.origin, folder) as origin,
    ):
        yield Spa(demo, context.new_page(), "cookie", origin=origin)


def _write_certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    files = folder / "key.pem", folder / "certificate.pem"
    pem = serialization.Encoding.PEM
    files[0].write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    files[1].write_bytes(certificate.public_bytes(pem))
    return files
