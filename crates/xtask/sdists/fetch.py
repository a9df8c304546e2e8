"""Fetches source distributions from the default index, which pip knows.

Run with an environment's Python that has pip: fetch.py FOLDER NAME==VERSION ...
For each release without a file NAME==VERSION.json in the folder, the sdist is fetched once, its hash
checked, and its file name and upload time are written to that file.
"""

import hashlib
import json
import pathlib
import re
import sys
import urllib.request

from pip._internal.models.index import PyPI
from pip._vendor.packaging.utils import canonicalize_name
from pip._vendor.packaging.version import InvalidVersion, Version

SUFFIXES = (".tar.gz", ".tgz", ".zip", ".tar.bz2")


def version_of(name, file_name):
    for suffix in SUFFIXES:
        if file_name.endswith(suffix):
            found = re.fullmatch(r"(.+?)-(\d.*)", file_name[: -len(suffix)])
            if found and canonicalize_name(found[1]) == name:
                try:
                    return Version(found[2])
                except InvalidVersion:
                    return None
    return None


def fetch(folder, release):
    stamp = folder / f"{release}.json"
    if stamp.exists():
        return
    name, version = release.split("==")
    request = urllib.request.Request(
        f"{PyPI.simple_url}/{canonicalize_name(name)}/",
        headers={"Accept": "application/vnd.pypi.simple.v1+json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        files = json.load(answer)["files"]
    files = [file for file in files if version_of(canonicalize_name(name), file["filename"]) == Version(version)]
    files.sort(key=lambda file: next(i for i, s in enumerate(SUFFIXES) if file["filename"].endswith(s)))
    if not files:
        raise SystemExit(f"{release} has no source distribution")
    file = files[0]
    with urllib.request.urlopen(file["url"], timeout=120) as answer:
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != file["hashes"]["sha256"]:
        raise SystemExit(f"{file['filename']} has another hash")
    (folder / file["filename"]).write_bytes(content)
    stamp.write_text(json.dumps({"file": file["filename"], "uploaded": file["upload-time"]}))


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for release in sys.argv[2:]:
        fetch(folder, release)


main()
