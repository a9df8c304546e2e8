"""Renders what standard input lists with readme_renderer and Pygments.

Input: a list of `[kind, text]`, where `kind` is a content type or a language. Output: the list of
their HTML; for reStructuredText that is refused `!LINE: MESSAGE`. With the argument `sources` instead:
Python sources of the interpreter as such a list, with `descriptions` those of
the metadata below the folders that follow.
"""

import email
import io

import json
import pathlib
import re
import sys
import sysconfig


def rendered(kind, text):
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from readme_renderer import markdown, txt

    if kind == "text/plain":
        return txt.render(text)
    if kind == "text/x-rst":
        return restructured(text)
    if kind.startswith("text/markdown"):
        variant = "CommonMark" if kind.endswith("CommonMark") else "GFM"
        return markdown.render(text, variant=variant)
    return highlight(text, get_lexer_by_name(kind), HtmlFormatter(nowrap=True))


def restructured(text):
    from docutils.parsers.rst import roles
    from docutils.writers._html_base import HTMLTranslator
    from readme_renderer import rst

    # What a text defines stays defined for the next one in the same process.
    roles._roles.clear()
    HTMLTranslator.math_tags["mathjax"][2][:] = ["math"]
    stream = io.StringIO()
    html = rst.render(text, stream)
    if html is not None:
        return html
    told = re.match(r"<string>:(\d*):? ?\((\w+)/\d\) (.*?)(?:\n\n|\Z)", stream.getvalue(), re.S)
    if not told:
        return "!empty"
    line, level, message = told.groups()
    message = " ".join(message.strip().split("\n"))
    return f"!{line}: {message} ({level.lower()})"


def descriptions(folders):
    seen = set()
    for folder in folders:
        for name in ("METADATA", "PKG-INFO"):
            for path in sorted(pathlib.Path(folder).rglob(name)):
                metadata = email.message_from_bytes(path.read_bytes())
                kind = metadata.get("Description-Content-Type") or "text/x-rst"
                text = metadata.get_payload(decode=True).decode(errors="replace")
                kinds = ["text/x-rst", "text/markdown", "text/plain"]
                kind = next((known for known in kinds if kind.startswith(known)), None)
                if kind and text.strip() and text not in seen:
                    seen.add(text)
                    yield [kind, text]


def sources():
    folder = pathlib.Path(sysconfig.get_path("stdlib"))
    for path in sorted(folder.glob("*.py")):
        try:
            yield ["python", path.read_text(encoding="utf-8")]
        except UnicodeDecodeError:
            pass


if sys.argv[1:2] == ["descriptions"]:
    json.dump(list(descriptions(sys.argv[2:])), sys.stdout)
elif sys.argv[1:] == ["sources"]:
    json.dump(list(sources()), sys.stdout)
else:
    json.dump([rendered(*item) for item in json.load(sys.stdin)], sys.stdout)
