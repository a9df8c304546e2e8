"""A backend for tests: one module, named by name.txt and version.txt."""

import base64
import hashlib
import os
import zipfile


class UnsupportedOperation(Exception):
    pass


def read(name, default):
    if not os.path.exists(name):
        return default
    with open(name) as file:
        return file.read().strip()


def stem():
    return read("name.txt", "toy") + "-" + read("version.txt", "1.0")


def metadata():
    name, version = stem().split("-")
    lines = ["Metadata-Version: 2.1", "Name: " + name, "Version: " + version]
    for line in read("requires.txt", "").splitlines():
        lines.append("Requires-Dist: " + line)
    return "\n".join(lines) + "\n"


def count():
    """How often something was built, for tests of the cache."""
    path = os.environ.get("TOY_COUNT_FILE") or read("count-file.txt", "")
    if path:
        with open(path, "a") as file:
            file.write("x")


def prepare_metadata_for_build_wheel(folder, config_settings=None):
    name = stem() + ".dist-info"
    os.mkdir(os.path.join(folder, name))
    with open(os.path.join(folder, name, "METADATA"), "w") as file:
        file.write(metadata())
    return name


prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel


def write_wheel(folder, files):
    print("building the wheel")
    count()
    info = stem() + ".dist-info/"
    files = dict(files)
    files[info + "METADATA"] = metadata()
    files[info + "WHEEL"] = (
        "Wheel-Version: 1.0\nGenerator: toy\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    record = ""
    name = stem() + "-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
        for path, text in files.items():
            data = text.encode()
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
            record += "%s,sha256=%s,%d\n" % (path, digest.decode().rstrip("="), len(data))
            archive.writestr(path, data)
        archive.writestr(info + "RECORD", record + info + "RECORD,,\n")
    return name


def build_wheel(folder, config_settings=None, metadata_directory=None):
    text = "SETTINGS = %r\nPREPARED = %r\n" % (config_settings, metadata_directory is not None)
    return write_wheel(folder, {read("name.txt", "toy") + ".py": text})


def build_editable(folder, config_settings=None, metadata_directory=None):
    return write_wheel(folder, {read("name.txt", "toy") + ".pth": os.getcwd() + "\n"})
