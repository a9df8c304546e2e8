"""Times readme_renderer and Pygments over lines of JSON `[kind, text]` from standard input.

Beside it stands ``examples/render_lines.rs``, which takes the same lines. With the argument
``readmes`` it writes such lines instead: the descriptions of the distributions that this Python has
installed, in Markdown or, with ``rst`` after it, in reStructuredText. With ``distributions FOLDER`` they
are those of the wheels and source distributions in a folder, as far as readme_renderer renders them; what
names no content type is reStructuredText, as indexes have it.
"""

import email
import importlib.metadata
import json
import pathlib
import sys
import tarfile
import time
import zipfile

if sys.argv[1:2] == ["readmes"]:
    wanted = "text/x-rst" if sys.argv[2:] == ["rst"] else "text/markdown"
    for distribution in importlib.metadata.distributions():
        metadata = distribution.metadata
        kind = metadata.get("Description-Content-Type") or ""
        text = metadata.get_payload() or metadata.get("Description") or ""
        if kind.startswith(wanted) and text.strip():
            print(json.dumps([wanted, text]))
    sys.exit()

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from readme_renderer import markdown, rst


def texts(path):
    """The metadata in a file, if it is a distribution that can be read."""
    try:
        if path.suffix in (".whl", ".zip", ".egg"):
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
                wanted = [name for name in names if is_metadata(name)]
                return [archive.read(name) for name in wanted[:1]]
        with tarfile.open(path) as archive:
            wanted = [entry for entry in archive if is_metadata(entry.name)]
            return [archive.extractfile(entry).read() for entry in wanted[:1]]
    except (OSError, tarfile.TarError, zipfile.BadZipFile):
        return []


def is_metadata(name):
    parts = name.split("/")
    return len(parts) == 2 and (parts[1] == "PKG-INFO" or name.endswith(".dist-info/METADATA"))


if sys.argv[1:2] == ["distributions"]:
    for path in sorted(pathlib.Path(sys.argv[2]).rglob("*")):
        if path.suffix not in (".whl", ".zip", ".egg", ".gz", ".bz2"):
            continue
        for raw in texts(path):
            metadata = email.message_from_string(raw.decode("utf-8", "replace"))
            kind = metadata.get("Description-Content-Type") or "text/x-rst"
            text = metadata.get_payload() or ""
            if not text.strip():
                lines = (metadata.get("Description") or "").split("\n")
                text = "\n".join(line.removeprefix("        ").removeprefix("       |") for line in lines)
            kind = "text/markdown" if kind.startswith("text/markdown") else kind.split(";")[0]
            if kind not in ("text/markdown", "text/x-rst") or not text.strip() or text.strip() == "UNKNOWN":
                continue
            renderer = markdown if kind == "text/markdown" else rst
            if renderer.render(text) is not None:
                print(json.dumps([kind, text]))
    sys.exit()

formatter = HtmlFormatter(nowrap=True)
samples = [json.loads(line) for line in sys.stdin]
rounds = []
for _ in range(2):
    start = time.perf_counter()
    for kind, text in samples:
        if kind.startswith("text/markdown"):
            markdown.render(text)
        elif kind == "text/x-rst":
            rst.render(text)
        else:
            highlight(text, get_lexer_by_name(kind), formatter)
    rounds.append(time.perf_counter() - start)
print(f"{len(samples)} samples: first round {rounds[0]:.4f} s, second {rounds[1]:.4f} s")
