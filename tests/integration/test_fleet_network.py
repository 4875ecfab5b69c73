"""A fleet over a network: the scheduler and the workers on another machine, as the kernel sees it.

Two network namespaces stand for two machines, which share nothing but a cable and the disk.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.certificates import OPENSSL, authority, issued
from tests.support.command import WAKEYSCAN, Run, start_program
from tests.support.dask_cluster import Cluster, Tls
from tests.support.fleets import RESULTS, make_plain_clones, summarize, summarize_alone
from tests.support.keys import MakeKey

pytest.importorskip("distributed")

_THERE, _HERE = "10.231.57.1", "10.231.57.2"


class Machines(NamedTuple):
    """The names of two network namespaces."""

    there: str
    here: str


def _run(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def machines() -> Iterator[Machines]:
    if not shutil.which("ip") or os.geteuid() != 0 or OPENSSL is None:
        pytest.skip("needs root, ip and openssl")
    digits = secrets.token_hex(3)
    there, here = Machines(f"wk{digits}a", f"wk{digits}b")
    try:
        if not (_run("ip", "netns", "add", there) and _run("ip", "netns", "add", here)):
            pytest.skip("the kernel grants no network namespaces")
        link = ("type", "veth", "peer", "name", f"v{digits}b", "netns", here)
        assert _run("ip", "-n", there, "link", "add", f"v{digits}a", *link)
        for name, device, address in (
            (there, f"v{digits}a", _THERE),
            (here, f"v{digits}b", _HERE),
        ):
            assert _run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", device)
            for one in (device, "lo"):
                assert _run("ip", "-n", name, "link", "set", one, "up")
        yield Machines(there, here)
    finally:
        for name in (there, here):
            _run("ip", "netns", "del", name)


def issue_all(folder: Path, addresses: dict[str, str]) -> list[Tls]:
    """Create an authority, and a certificate for each name."""
    ca = authority(folder)
    papers = (
        issued(folder, name, f"IP:{address}", usage="serverAuth,clientAuth")
        for name, address in addresses.items()
    )
    return [Tls(ca, one.certificate, one.key) for one in papers]


def test_a_scheduler_with_tls_on_another_machine_audits_a_fleet(
    tmp_path: Path, run: Run, machines: Machines, make_key: MakeKey
) -> None:
    names = make_plain_clones(tmp_path / "clones", 4, make_key)
    there, here = issue_all(tmp_path, {"there": _THERE, "here": _HERE})
    cluster = Cluster(tmp_path, there, _THERE, ("ip", "netns", "exec", machines.there))
    try:
        cluster.start(workers=1)
        scheduler = f"--scheduler={cluster.address}"
        command = ["ip", "netns", "exec", machines.here, WAKEYSCAN, "fleet", "clones", scheduler]
        ran = start_program([*command, *here.list_fleet_options()], tmp_path)
        assert (ran.code, ran.err) == (1, "")
        assert summarize(tmp_path / RESULTS) == summarize_alone(run, tmp_path / "clones", names)
        (tmp_path / "others").mkdir()
        (outsider,) = issue_all(tmp_path / "others", {"outsider": _HERE})
        outsider = outsider._replace(authority=there.authority)
        refused = start_program([*command, *outsider.list_fleet_options()], tmp_path)
        assert (refused.code, "cannot be reached" in refused.err) == (2, True), refused
    finally:
        cluster.stop()
