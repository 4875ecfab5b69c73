"""Certificates for servers on loopback, created by `openssl` at run time."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path
from typing import NamedTuple

OPENSSL = shutil.which("openssl")


class Papers(NamedTuple):
    """The certificate of a TLS server, and the authority that its client must trust."""

    certificate: Path
    key: Path
    cafile: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def authority(folder: Path) -> Path:
    """Create a CA in a folder; return its certificate."""
    _openssl(
        folder,
        *("req", "-x509", *_new("ca"), "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test CA"),
        *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
    )
    return folder / "ca.pem"


def issued(
    folder: Path,
    name: str,
    hosts: str = "IP:127.0.0.1",
    days: int = 2,
    usage: str = "serverAuth",
) -> Papers:
    """Issue a certificate for hosts by the CA of a folder; negative days make it expired."""
    _openssl(folder, "req", *_new(name), "-out", f"{name}.csr", "-subj", "/CN=server")
    (folder / f"{name}.ext").write_text(f"subjectAltName={hosts}\nextendedKeyUsage={usage}\n")
    _openssl(
        folder,
        *("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
        *("-CAcreateserial", "-out", f"{name}.pem", "-days", str(days)),
        *("-extfile", f"{name}.ext"),
    )
    return Papers(folder / f"{name}.pem", folder / f"{name}.key", folder / "ca.pem")


def self_signed(folder: Path) -> Papers:
    """Create a self-signed certificate."""
    _openssl(
        folder,
        *("req", "-x509", *_new("self"), "-out", "self.pem", "-days", "2", "-subj", "/CN=self"),
        *("-addext", "subjectAltName=IP:127.0.0.1"),
    )
    return Papers(folder / "self.pem", folder / "self.key", folder / "ca.pem")


def _new(name: str) -> tuple[str, ...]:
    return (
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        name + ".key",
    )


def _openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        [str(OPENSSL), *arguments], cwd=folder, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
