"""Renders what standard input lists with readme_renderer and Pygments.

Input: a list of `[kind, text]`, where `kind` is a content type or a language. Output: the list of
their HTML. With the argument `sources` instead: Python sources of the interpreter as such a list.
"""

import json
import pathlib
import sys
import sysconfig


def rendered(kind, text):
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from readme_renderer import markdown, txt

    if kind == "text/plain":
        return txt.render(text)
    if kind.startswith("text/markdown"):
        variant = "CommonMark" if kind.endswith("CommonMark") else "GFM"
        return markdown.render(text, variant=variant)
    return highlight(text, get_lexer_by_name(kind), HtmlFormatter(nowrap=True))


def sources():
    folder = pathlib.Path(sysconfig.get_path("stdlib"))
    for path in sorted(folder.glob("*.py")):
        try:
            yield ["python", path.read_text(encoding="utf-8")]
        except UnicodeDecodeError:
            pass


if sys.argv[1:] == ["sources"]:
    json.dump(list(sources()), sys.stdout)
else:
    json.dump([rendered(*item) for item in json.load(sys.stdin)], sys.stdout)
