"""The hooks of tilsit's build backend (PEP 517, PEP 660); a program does the work.

There is nothing to be set by a front end: settings are those of `[tool.tilsit.build]` in
`pyproject.toml`, and what a front end passes besides is left aside. Nothing but this package is
required for a build.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Optional

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

Settings = Optional[Mapping[str, Any]]


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    """Builds the source distribution of the project in the current folder."""
    return _build("sdist", sdist_directory, config_settings)


def build_wheel(
    wheel_directory: str,
    config_settings: Settings = None,
    metadata_directory: str | None = None,
) -> str:
    """Builds the wheel of the project in the current folder."""
    return _build("wheel", wheel_directory, config_settings)


def build_editable(
    wheel_directory: str,
    config_settings: Settings = None,
    metadata_directory: str | None = None,
) -> str:
    """Builds a wheel that leads to the project in the current folder, which stays there."""
    return _build("editable", wheel_directory, config_settings)


def prepare_metadata_for_build_wheel(
    metadata_directory: str, config_settings: Settings = None
) -> str:
    """Writes the metadata that the wheel will have, without building it."""
    return _build("metadata", metadata_directory, None)


def prepare_metadata_for_build_editable(
    metadata_directory: str, config_settings: Settings = None
) -> str:
    """Writes the metadata that the editable wheel will have: that of the wheel."""
    return _build("metadata", metadata_directory, None)


def get_requires_for_build_sdist(config_settings: Settings = None) -> list[str]:
    """Nothing is needed."""
    return []


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """Nothing is needed."""
    return []


def get_requires_for_build_editable(config_settings: Settings = None) -> list[str]:
    """Nothing is needed."""
    return []


def _build(target: str, folder: str, config_settings: Settings) -> str:
    # Front ends import this module in a process of its own for each hook: what is not needed then
    # is not imported.
    import subprocess

    from tilsit_build._program import command

    if config_settings:
        names = ", ".join(f"`{setting}`" for setting in config_settings)
        print(f"warning: tilsit_build takes no config settings: {names}", file=sys.stderr)
    # What went wrong is on standard error, which front ends show.
    # Extension modules are compiled for the Python that runs the hook.
    words = [*command(), target, folder, sys.executable]
    ended = subprocess.run(words, stdout=subprocess.PIPE, check=False)
    if ended.returncode != 0:
        sys.exit(ended.returncode)
    return ended.stdout.decode().strip()
