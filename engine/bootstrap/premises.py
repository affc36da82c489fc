"""What `tocsin doctor` looks at on this machine: room on the disk, who may read the data folder, who works on it.

Rules kept here: nothing is made and nothing is changed; what is not there yet is right.
"""

from __future__ import annotations

import os
import shutil
import stat
from typing import TYPE_CHECKING, Final

from engine.ports.checks import Check
from engine.settings.secrets import FILE as SECRETS
from integrations.system.home import LOCK, TOKEN, serving

if TYPE_CHECKING:
    from pathlib import Path

    from engine.settings.values import Settings

LITTLE: Final = 1024**3
"""Bytes; less is little room for evidence."""
NONE: Final = 100 * 1024**2
"""Bytes; less is no room for a ledger that is to take whatever happens."""
OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WRITABLE = stat.S_IWGRP | stat.S_IWOTH


def premises(settings: Settings) -> list[Check]:
    """Look at the data folder."""
    home = settings.home
    found = [_room(home)]
    if home.is_dir():
        found += [_folder(home), *(_secret(home / name) for name in (SECRETS, TOKEN) if (home / name).exists())]
        found.append(_engine(home))
    return found


def _room(home: Path) -> Check:
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(nearest).free
    says = f"{free / 1024**3:.1f} GiB free"
    hint = f"Make room on the disk of {nearest}, or name another folder in TOCSIN_HOME."
    if free < NONE:
        return Check("disk", ok=False, says=says, hint=hint)
    return Check("disk", ok=True, says=says, hint=hint if free < LITTLE else "", odd=free < LITTLE)


def _folder(home: Path) -> Check:
    mode = home.stat().st_mode
    hint = f"chmod 700 {home}"
    if mode & _WRITABLE:
        return Check("home", ok=False, says=f"others may write to {home}", hint=hint)
    if mode & OTHERS:
        return Check("home", ok=True, says=f"others may look into {home}", hint=hint, odd=True)
    return Check("home", ok=True, says="open to its owner alone")


def _secret(file: Path) -> Check:
    if file.stat().st_mode & OTHERS:
        hint = f"chmod 600 {file}, and make new tokens: whoever could read it may have."
        return Check("secrets", ok=False, says=f"others may read {file}", hint=hint)
    return Check("secrets", ok=True, says=f"{file.name} is open to its owner alone")


def _engine(home: Path) -> Check:
    lock = home / LOCK
    if not lock.exists():
        return Check("engine", ok=True, says="no engine has worked on this folder yet")
    if not os.access(lock, os.W_OK):
        hint = f"Run this as the owner of {home}, or give {lock} to whoever runs the engine."
        return Check("engine", ok=False, says=f"{lock} cannot be locked by this user", hint=hint)
    there = serving(home)
    return Check("engine", ok=True, says=f"process {there.pid} works on it, {there.url}" if there else "none works now")
