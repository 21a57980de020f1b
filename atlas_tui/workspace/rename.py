"""Renames that never destroy what they meet: two names change places, or the new one must be free."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import sys
from functools import cache

# linux/fs.h
_NOREPLACE, _EXCHANGE = 1, 2
# What kernels, file systems and seccomp filters answer that do not have the call.
_UNKNOWN = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)


class Unsupported(Exception):
    """The system has no such rename here."""


def exchange(folder: int, one: str, other: str) -> None:
    """Let two files of a folder change places in one step.

    Raises:
        Unsupported: not here; nothing happened.
        OSError: one of them is missing, or the folder cannot be written.
    """
    _renameat2(folder, one, other, _EXCHANGE)


def into_free(folder: int, old: str, new: str) -> None:
    """Rename, but only to a name that nothing has.

    Raises:
        FileExistsError: something has it; nothing happened.
        OSError: the rename failed.
    """
    try:
        _renameat2(folder, old, new, _NOREPLACE)
        return
    except Unsupported:
        pass
    try:
        os.link(old, new, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:
        # A folder, and any file in some file systems, cannot have a second name: only looking first is left.
        with contextlib.suppress(FileNotFoundError):
            os.stat(new, dir_fd=folder, follow_symlinks=False)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new) from None
        os.rename(old, new, src_dir_fd=folder, dst_dir_fd=folder)
    else:
        os.unlink(old, dir_fd=folder)


def _renameat2(folder: int, old: str, new: str, flags: int) -> None:
    call = _libc_call()
    if call is None:
        raise Unsupported
    if call(folder, os.fsencode(old), folder, os.fsencode(new), flags):
        code = ctypes.get_errno()
        if code in _UNKNOWN:
            raise Unsupported
        raise OSError(code, os.strerror(code), new)


@cache
def _libc_call() -> ctypes._NamedFuncPointer | None:
    """``renameat2`` of glibc 2.28 and later and of musl; None elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is not None:
        call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return call
