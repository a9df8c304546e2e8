"""What the tests have: a folder of their own, and an index that the one who runs them started.

`TILSIT_TEST_INDEX` is its address, `TILSIT_TEST_TOKEN` a token for uploads.
"""

from __future__ import annotations

import os
import tempfile
import textwrap
import unittest
from pathlib import Path
from typing import Any


class TestCase(unittest.TestCase):
    """A test in a temporary folder, which is the current one."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        self.address = os.environ["TILSIT_TEST_INDEX"]
        self.token = os.environ["TILSIT_TEST_TOKEN"]
        self.simple = f"{self.address}/simple/"
        self.legacy = f"{self.address}/legacy/"

    def write(self, name: str, text: str) -> Path:
        """Writes a file below the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def project(self, name: str, **fields: Any) -> Path:
        """Writes a small project, and gives its folder."""
        lines = [f"{key} = {value!r}" for key, value in {"version": "1.0", **fields}.items()]
        # The program's own backend, which needs no index.
        backend = ["[build-system]", "requires = []", "build-backend = 'tilsit_build'"]
        text = "\n".join([*backend, "[project]", f"name = {name!r}", *lines, ""])
        module = name.replace("-", "_")
        self.write(f"{name}/src/{module}/__init__.py", "ANSWER = 42\n")
        return self.write(f"{name}/pyproject.toml", text).parent

    def set_variable(self, name: str, value: str | None) -> None:
        """Sets an environment variable until the test ends, or takes it away."""
        before = os.environ.get(name)
        if before is None:
            self.addCleanup(os.environ.pop, name, None)
        else:
            self.addCleanup(os.environ.__setitem__, name, before)
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
