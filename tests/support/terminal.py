"""A pseudo-terminal that shows the standard error of a command."""

from __future__ import annotations

import os
import pty
import subprocess


class Terminal:
    """A terminal; pass `stderr` to the process and read what it shows."""

    def __init__(self) -> None:
        self._screen, self.stderr = pty.openpty()

    def close_stderr(self) -> None:
        """Close our copy once the process has started, so that reading ends with the process."""
        os.close(self.stderr)

    def read_until(self, text: bytes, process: subprocess.Popen[bytes]) -> bytes:
        """Read until the process shows a text; fail if it ends before."""
        shown = b""
        while text not in shown:
            piece = self._read()
            assert piece, (process.wait(), shown)
            shown += piece
        return shown

    def read_rest(self) -> bytes:
        """Read until the process ends."""
        shown = b"".join(iter(self._read, b""))
        os.close(self._screen)
        return shown

    def _read(self) -> bytes:
        try:
            return os.read(self._screen, 1 << 16)
        except OSError:  # Linux reports the end of the last writer this way
            return b""
