"""Where the program is that belongs to this package."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator


def find_tilsit_bin() -> str:
    """The path of the program `tilsit` that was installed with this package.

    Only the places are looked at where an installer puts a wheel's scripts, never the search path:
    what lies there may be of another version.

    Raises `FileNotFoundError` when it is in none of them.
    """
    name = "tilsit" + (sysconfig.get_config_var("EXE") or "")
    folders = list(dict.fromkeys(_script_folders()))
    for folder in folders:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    raise FileNotFoundError(
        f"the program `{name}` is in none of the folders of scripts: {', '.join(folders)}; "
        "install the wheel `tilsit` anew, which brings both"
    )


def _script_folders() -> Iterator[str]:
    # Of the environment that runs, and of the Python below it.
    yield sysconfig.get_path("scripts")
    yield sysconfig.get_path("scripts", vars={"base": sys.base_prefix})
    # `pip install --prefix` and `--target`: the package says where it was put.
    holder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if os.path.basename(holder) == "site-packages":
        prefix = os.path.dirname(os.path.dirname(os.path.dirname(holder)))
        yield os.path.join(prefix, "Scripts" if os.name == "nt" else "bin")
    yield os.path.join(holder, "bin")
    # `pip install --user`.
    yield sysconfig.get_path("scripts", scheme=_user_scheme())


def _user_scheme() -> str:
    if sys.version_info >= (3, 10):
        return sysconfig.get_preferred_scheme("user")
    if os.name == "nt":
        return "nt_user"
    if sys.platform == "darwin" and sys._framework:
        return "osx_framework_user"
    return "posix_user"
