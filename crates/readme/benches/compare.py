"""Times readme_renderer and Pygments over lines of JSON `[kind, text]` from standard input.

Beside it stands ``examples/render_lines.rs``, which takes the same lines. With the argument
``readmes`` it writes such lines instead: the descriptions of the distributions that this Python has
installed, in Markdown or, with ``rst`` after it, in reStructuredText.
"""

import importlib.metadata
import json
import sys
import time

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
