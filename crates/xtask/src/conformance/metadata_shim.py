"""A plugin for pytest: what pyproject-metadata's tests let it read is given to our backend as well.

`TILSIT_PROGRAM` is the program. Each pair of a project and its folder is tried once; a line of JSON for
each goes to the file `TILSIT_DIFFERENCES`: the test, and how both differ, or null.
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import pyproject_metadata
import tomli_w
from wheels_alike import LISTS, SINGLE, plain
import email.parser

known = set()
original = pyproject_metadata.StandardMetadata.from_pyproject.__func__


def ours(data, folder, version):
    """The text that our backend writes, or nothing and what it says."""
    with tempfile.TemporaryDirectory() as place:
        source = pathlib.Path(place, "source")
        if pathlib.Path(folder, "tests").is_dir():
            # The checkout itself: no project is meant, and its licence is not the case's.
            source.mkdir()
        else:
            shutil.copytree(folder, source)
        document = {key: value for key, value in data.items() if key == "project"}
        document["build-system"] = {"requires": [], "build-backend": "tilsit_build"}
        if version is not None:
            document["tool"] = {"tilsit": {"build": {"metadata-version": version}}}
        (source / "pyproject.toml").write_text(tomli_w.dumps(document), encoding="utf-8")
        command = [os.environ["TILSIT_PROGRAM"], "build-backend", "metadata", "../out"]
        run = subprocess.run(command, cwd=source, capture_output=True, text=True)
        if run.returncode != 0:
            return None, run.stderr.strip().replace(place, "")
        name = run.stdout.strip()
        return pathlib.Path(place, "out", name, "METADATA").read_text(encoding="utf-8"), None


def fields(text):
    message = email.parser.Parser().parsestr(text)
    found = {}
    for field in SINGLE + LISTS:
        values = [plain(field, value) for value in message.get_all(field) or []]
        if field == "Keywords":
            values = [word for value in values for word in value.split(",")]
        found[field] = sorted(values)
    found["Description"] = message.get_payload().strip()
    return found


def difference(data, folder, version, text, error):
    try:
        mine, refusal = ours(data, folder, version)
    except TypeError as reason:
        return f"no TOML: {reason}"
    if mine is None:
        return None if text is None else f"only ours refuses: {refusal}"
    if text is None:
        return f"only theirs refuses: {error}"
    theirs, mine = fields(text), fields(mine)
    names = [name for name in theirs if theirs[name] != mine[name]]
    return "; ".join(f"{name}: {theirs[name]!r}, ours {mine[name]!r}" for name in names) or None


def recorded(cls, data, project_dir=os.path.curdir, metadata_version=None, *more, **options):
    text = error = None
    try:
        result = original(cls, data, project_dir, metadata_version, *more, **options)
    except BaseException as reason:
        error = reason
    else:
        try:
            text = str(result.as_rfc822())
        except Exception as reason:
            error = reason
    key = json.dumps([data, str(project_dir), metadata_version], default=str, sort_keys=True)
    if isinstance(error, Exception) or error is None:
        if key not in known:
            known.add(key)
            line = {
                "test": os.environ.get("PYTEST_CURRENT_TEST", "").split(" ")[0],
                "difference": difference(data, project_dir, metadata_version, text, error),
            }
            with open(os.environ["TILSIT_DIFFERENCES"], "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
    if error is not None and text is None and "result" not in locals():
        raise error
    return result


pyproject_metadata.StandardMetadata.from_pyproject = classmethod(recorded)
