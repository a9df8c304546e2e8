"""The hooks of tilsit's build backend (PEP 517, PEP 660); the program `tilsit` does the work.

There is nothing to be set by a front end: settings are those of `[tool.tilsit.build]` in
`pyproject.toml`, and what a front end passes besides is left aside.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

__all__ = ["build_editable", "build_sdist", "build_wheel"]


def build_sdist(sdist_directory: str, config_settings: Mapping[str, Any] | None = None) -> str:
    """Builds the source distribution of the project in the current folder."""
    return _build("sdist", sdist_directory, config_settings)


def build_wheel(
    wheel_directory: str,
    config_settings: Mapping[str, Any] | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Builds the wheel of the project in the current folder."""
    return _build("wheel", wheel_directory, config_settings)


def build_editable(
    wheel_directory: str,
    config_settings: Mapping[str, Any] | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Builds a wheel that leads to the project in the current folder, which stays there."""
    return _build("editable", wheel_directory, config_settings)


def _build(target: str, folder: str, config_settings: Mapping[str, Any] | None) -> str:
    # Front ends import this module in a process of its own for each hook: what is not needed then
    # is not imported.
    import subprocess

    from tilsit import find_tilsit_bin

    if config_settings:
        names = ", ".join(f"`{setting}`" for setting in config_settings)
        print(f"warning: tilsit_build takes no config settings: {names}", file=sys.stderr)
    command = [find_tilsit_bin(), "build-backend", target, folder]
    # What went wrong is on standard error, which front ends show.
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if ended.returncode != 0:
        sys.exit(ended.returncode)
    return ended.stdout.decode().strip()
