"""Writes the table of CPython's stable ABI that `tilsit check` reads: `FOLDER`, a `site-packages` with
abi3info, which has the facts of CPython's Misc/stable_abi.toml.
"""

import pathlib
import sys
import textwrap

sys.path.insert(0, sys.argv[1])
import abi3info  # noqa: E402

[info] = pathlib.Path(sys.argv[1]).glob("abi3info-*.dist-info")
version = info.name.removeprefix("abi3info-").removesuffix(".dist-info")
added = {}
for symbol, entry in [*abi3info.FUNCTIONS.items(), *abi3info.DATAS.items()]:
    if entry.added is not None and symbol.name.startswith(("Py", "_Py")):
        added.setdefault((entry.added.major, entry.added.minor), set()).add(symbol.name)
table = pathlib.Path(__file__).parents[2] / "dist/src/check/stable_abi.txt"
with table.open("w") as out:
    out.write(f"# The stable ABI of CPython by the version that added it: the facts of abi3info {version} (MIT\n")
    out.write("# licence), which are those of CPython's Misc/stable_abi.toml; by crates/xtask/src/stable_abi.py.\n")
    for (major, minor), names in sorted(added.items()):
        out.write(f"\n{major}.{minor}\n")
        out.write(textwrap.fill(" ".join(sorted(names)), 100, break_long_words=False) + "\n")
