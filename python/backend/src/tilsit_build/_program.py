"""Where the program is that does the work."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator


def command() -> list[str]:
    """The program `tilsit-build` that this package brings, or the backend of the whole program.

    The wheel without a program of its own requires the package `tilsit`.
    """
    name = "tilsit-build" + (sysconfig.get_config_var("EXE") or "")
    for folder in _script_folders():
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return [path]
    from tilsit import find_tilsit_bin

    return [find_tilsit_bin(), "build-backend"]


def _script_folders() -> Iterator[str]:
    # Where the package was put tells of `--prefix`, `--target` and the environments that front ends
    # build in; an installation as usual has its scripts in the environment's own folder.
    holder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if os.path.basename(holder) in ("site-packages", "dist-packages"):
        prefix = os.path.dirname(os.path.dirname(os.path.dirname(holder)))
        yield os.path.join(prefix, "bin")
        yield os.path.join(os.path.dirname(os.path.dirname(holder)), "Scripts")
    yield os.path.join(holder, "bin")
    yield sysconfig.get_path("scripts")
