"""How two wheels of one release differ, a line each: `python3 wheels_alike.py THEIRS OURS`.

Files are compared by path and contents, METADATA by the fields whose text or order no standard
leaves to the backend, entry points as groups, and RECORD of both is held against the archive.
"""

import base64
import configparser
import csv
import email.parser
import hashlib
import io
import re
import sys
import zipfile

# Several of a kind, in any order; and the texts of Author fields, which backends join differently.
LISTS = [
    "Classifier",
    "License-File",
    "Project-URL",
    "Provides-Extra",
    "Requires-Dist",
    "Import-Name",
    "Import-Namespace",
]
SINGLE = [
    "Name",
    "Version",
    "Summary",
    "Requires-Python",
    "License-Expression",
    "License",
    "Keywords",
    "Author",
    "Author-Email",
    "Maintainer",
    "Maintainer-Email",
    "Description-Content-Type",
]


def plain(field, value):
    value = " ".join(value.split())
    if field in ("Requires-Dist", "Requires-Python", "Keywords"):
        value = value.replace('"', "'").replace(" ", "").lower()
        value = value.replace("(", "").replace(")", "")
    if field == "Requires-Python":
        value = ",".join(sorted(value.split(",")))
    if field == "Requires-Dist":
        head, _, marker = value.partition(";")
        found = re.match(r"([a-z0-9._-]+)(\[.*?\])?(.*)", head)
        name = re.sub(r"[-_.]+", "-", found[1])
        versions = ",".join(sorted(found[3].split(",")))
        extras = re.sub(r"[-_.]+", "-", found[2] or "")
        # Backends write the parts of a marker in an order of their own.
        marker = "&".join(sorted(marker.split("and")))
        value = f"{name}{extras}{versions};{marker}"
    if field == "Project-URL":
        value = value.replace(" ", "")
    if field == "Provides-Extra":
        value = re.sub(r"[-_.]+", "-", value).lower()
    return value


class Wheel:
    def __init__(self, path):
        with zipfile.ZipFile(path) as archive:
            # Some write their folders as entries.
            names = [name for name in archive.namelist() if not name.endswith("/")]
            self.files = {name: archive.read(name) for name in names}
        self.info = next(name for name in self.files if name.endswith(".dist-info/METADATA"))
        self.info = self.info[: -len("METADATA")]
        text = self.files[self.info + "METADATA"].decode()
        self.metadata = email.parser.Parser().parsestr(text)

    def record_faults(self):
        rows = csv.reader(io.StringIO(self.files[self.info + "RECORD"].decode()))
        listed = {row[0]: row[1:] for row in rows}
        for name, contents in self.files.items():
            if name not in listed:
                yield f"RECORD lacks {name}"
            elif not name.endswith("RECORD"):
                digest = hashlib.sha256(contents).digest()
                text = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
                if listed[name] != [f"sha256={text}", str(len(contents))]:
                    yield f"RECORD is wrong about {name}"
        for name in listed.keys() - self.files.keys():
            yield f"RECORD lists {name}, which is not there"

    def entry_points(self):
        text = self.files.get(self.info + "entry_points.txt", b"").decode()
        parser = configparser.ConfigParser(delimiters="=", interpolation=None)
        parser.optionxform = str
        parser.read_string(text)
        spaceless = {
            group: {name: value.replace(" ", "") for name, value in parser[group].items()}
            for group in parser.sections()
        }
        return spaceless

    def field(self, field):
        values = self.metadata.get_all(field) or []
        return sorted(plain(field, value) for value in values)

    def description(self):
        text = self.metadata.get_payload() or self.metadata.get("Description", "")
        return text.replace("\r\n", "\n").strip()


def differences(theirs, ours):
    for name in sorted(theirs.files.keys() | ours.files.keys()):
        if name not in ours.files:
            yield f"only theirs: {name}"
        elif name not in theirs.files:
            yield f"only ours: {name}"
        elif not name.startswith(ours.info) and theirs.files[name] != ours.files[name]:
            yield f"other contents: {name}"
    for field in SINGLE + LISTS:
        if theirs.field(field) != ours.field(field):
            yield f"{field}: {theirs.field(field)} and ours {ours.field(field)}"
    if theirs.description() != ours.description():
        yield "Description"
    if theirs.entry_points() != ours.entry_points():
        yield f"entry points: {theirs.entry_points()} and ours {ours.entry_points()}"
    yield from ours.record_faults()


if __name__ == "__main__":
    for difference in differences(Wheel(sys.argv[1]), Wheel(sys.argv[2])):
        print(difference)
