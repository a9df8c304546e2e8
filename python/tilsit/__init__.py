"""tilsit, the Python packaging system, from Python.

`find_tilsit_bin()` says where the program is, `tilsit.api` calls it, and `tilsit.compat` stands in
for other tools.
"""

from __future__ import annotations

from tilsit._program import find_tilsit_bin

__all__ = ["find_tilsit_bin"]
