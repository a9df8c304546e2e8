import importlib.util
import io
import os
import py_compile
import sys

lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="surrogateescape", newline="\n")
answers = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="surrogateescape", newline="\n")
options = {}
if hasattr(py_compile, "PycInvalidationMode"):
    options["invalidation_mode"] = py_compile.PycInvalidationMode.TIMESTAMP
while True:
    line = lines.readline()
    if not line:
        break
    source = line[:-1]
    answer = ""
    try:
        compiled = importlib.util.cache_from_source(source)
        py_compile.compile(source, cfile=compiled, doraise=True, **options)
        os.chmod(compiled, 0o444)
        answer = compiled
    except (py_compile.PyCompileError, SyntaxError, ValueError, UnicodeError, RecursionError, MemoryError):
        pass
    answers.write(answer + "\n")
    answers.flush()
