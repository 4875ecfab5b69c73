"""Writes files in one step: at any moment a file holds the old text or the new one."""

from __future__ import annotations

import os


def replace(file: str, text: bytes, mode: int | None = None) -> None:
    """Write a file whole; raises `OSError`, and then the old one is as it was.

    `mode`: else it keeps that of the file that is replaced, or gets that of any new file.
    """
    import tempfile

    descriptor, draft = tempfile.mkstemp(prefix=".wakeyscan-", dir=os.path.dirname(file))
    try:
        with open(descriptor, "wb") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(draft, _mode(file) if mode is None else mode)
        os.replace(draft, file)
    except BaseException:
        os.unlink(draft)
        raise


def _mode(file: str) -> int:
    try:
        return os.stat(file).st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
