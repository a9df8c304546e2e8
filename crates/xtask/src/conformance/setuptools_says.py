"""What setuptools makes of a tree, held against what tilsit read of it; one JSON object on stdout.

`wheel TREE METADATA`: the backend prepares the metadata, and the fields a resolver needs are compared.
`fields SETUP_CFG METADATA`: the same of a setup.cfg alone, whose files and modules all say `0.0.1`.
`import SETUP_CFG PYPROJECT`: a setup.cfg, and the same beside the pyproject.toml that it became.
"""

import contextlib
import email
import io
import json
import os
import re
import shutil
import sys
import tempfile
from unittest import mock

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version


def needs(text):
    requirement = Requirement(text)
    marker = requirement.marker
    environments = []
    # Markers are compared by what they say of every environment that is asked.
    for python in ["2.7", "3.3", "3.5", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13"]:
        for platform in ["linux", "win32", "darwin", "cygwin"]:
            for implementation in ["CPython", "PyPy"]:
                for extra in sorted(EXTRAS | {""}):
                    environment = {
                        "python_version": python,
                        "python_full_version": python + ".4",
                        "sys_platform": platform,
                        "os_name": "nt" if platform == "win32" else "posix",
                        "platform_system": {"linux": "Linux", "win32": "Windows", "darwin": "Darwin"}.get(platform, "X"),
                        "platform_python_implementation": implementation,
                        "implementation_name": implementation.lower(),
                        "extra": extra,
                    }
                    environments.append(marker is None or marker.evaluate(environment))
    requirement.marker = None
    name = canonicalize_name(requirement.name)
    return [name, sorted(requirement.extras), str(requirement.specifier), requirement.url, environments]


EXTRAS = set()


def fields(text):
    message = email.message_from_string(text)
    extras = sorted(canonicalize_name(extra) for extra in message.get_all("Provides-Extra", []))
    EXTRAS.update(extras)
    pythons = message.get("Requires-Python")
    return {
        "name": canonicalize_name(message["Name"]),
        "version": str(Version(message["Version"])),
        "python": str(SpecifierSet(pythons)) if pythons else None,
        "extras": sorted(set(extras)),
        "requires": message.get_all("Requires-Dist", []),
    }


def compare(theirs, ours):
    theirs, ours = fields(theirs), fields(ours)
    for side in (theirs, ours):
        side["requires"] = sorted(map(repr, map(needs, side["requires"])))
    return [
        f"{key}: {theirs[key]!r}, ours {ours[key]!r}"[:600]
        for key in theirs
        if theirs[key] != ours[key]
    ]


def described(text):
    """What else a pyproject.toml says, in whichever of two forms it is written."""
    message = email.message_from_string(text)
    people = [
        part
        for key in ["Author", "Author-email", "Maintainer", "Maintainer-email"]
        for value in message.get_all(key, [])
        for part in re.findall(r"[^\s<>,\"]+@[^\s<>,\"]+", value)
    ]
    urls = message.get_all("Project-URL", [])
    for key, label in [("Home-page", "Homepage"), ("Download-URL", "Download")]:
        urls += [f"{label}, {url}" for url in message.get_all(key, [])]
    keywords = re.split(r"[\s,]+", message.get("Keywords", ""))
    return {
        "summary": " ".join((message["Summary"] or "").split()),
        "license": " ".join((message["License"] or message["License-Expression"] or "").split()),
        "people": sorted(set(people)),
        "urls": sorted(set(urls)),
        "classifiers": sorted(message.get_all("Classifier", [])),
        "keywords": sorted(keywords),
    }


def prepared(tree):
    from setuptools import build_meta

    os.chdir(tree)
    backend = build_meta.__legacy__
    with tempfile.TemporaryDirectory() as folder:
        name = backend.prepare_metadata_for_build_wheel(folder)
        with open(os.path.join(folder, name, "METADATA"), encoding="utf-8") as file:
            return file.read()


def distribution(folder):
    from setuptools import Distribution
    from setuptools.config import expand

    os.chdir(folder)
    with mock.patch.object(expand, "read_attr", return_value="0.0.1"), mock.patch.object(
        expand, "read_files", return_value="0.0.1"
    ):
        found = Distribution()
        found.parse_config_files()
    written = io.StringIO()
    found.metadata.write_pkg_file(written)
    return found, written.getvalue()


def copied(*files):
    folder = tempfile.mkdtemp()
    for file in files:
        shutil.copy(file, os.path.join(folder, os.path.basename(file) if file.endswith(".toml") else "setup.cfg"))
    return folder


def main():
    how, first, second = sys.argv[1:]
    with contextlib.redirect_stdout(sys.stderr):
        try:
            if how == "import":
                before, old = distribution(copied(first))
                after, new = distribution(copied(first, second))
                sides = [described(text) for text in (old, new)]
                differences = [
                    f"{key}: {sides[0][key]}, after import {sides[1][key]}"[:400]
                    for key in sides[0]
                    if sides[0][key] != sides[1][key]
                ]
                differences += compare(old, new)
                for name in ["entry_points", "packages", "package_dir", "py_modules", "package_data", "zip_safe"]:
                    sides = [getattr(side, name, None) for side in (before, after)]
                    sides = [
                        {k: sorted("".join(i.split()) for i in v) for k, v in side.items()}
                        if name == "entry_points" and isinstance(side, dict) else side
                        for side in sides
                    ]
                    if sides[0] != sides[1]:
                        differences.append(f"{name}: {sides[0]}, after import {sides[1]}"[:300])
            else:
                with open(second, encoding="utf-8") as file:
                    ours = file.read()
                theirs = prepared(first) if how == "wheel" else distribution(copied(first))[1]
                differences = compare(theirs, ours)
            answer = {"differences": differences}
        except (Exception, SystemExit) as error:
            answer = {"failed": f"{type(error).__name__}: {error}"[:300]}
    print(json.dumps(answer))


main()
