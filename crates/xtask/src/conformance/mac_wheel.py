"""What delocate says of a wheel for macOS, as JSON: `python mac_wheel.py WHEEL FOLDER`.

delocate asks `otool`, which is found in the folder.
"""

import json
import os
import sys
import tempfile
import zipfile
from pathlib import Path

from delocate import delocating, libsana, tools

wheel = sys.argv[1]
os.environ["PATH"] = sys.argv[2] + os.pathsep + os.environ["PATH"]
with tempfile.TemporaryDirectory() as folder:
    folder = os.path.realpath(folder)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)

    def inside(path):
        return os.path.relpath(path, folder) if str(path).startswith(folder) else str(path)

    needs = {}
    for path in sorted(Path(folder).glob("**/*")):
        if path.is_dir() or not tools._is_macho_file(path):
            continue
        found = {}
        for place, name in libsana.get_dependencies(path):
            found[name] = None if place is None else inside(place)
        needs[inside(path)] = found
    minimum = {
        inside(path): {arch.lower(): str(version) for arch, version in delocating._get_macos_min_version(path)}
        for path in sorted(Path(folder).glob("**/*"))
        if not path.is_dir() and tools._is_macho_file(path)
    }
    try:
        name, _ = delocating._calculate_minimum_wheel_name(os.path.basename(wheel), Path(folder), None)
    except Exception as error:
        name = f"{type(error).__name__}"
json.dump({"needs": needs, "minimum": minimum, "name": name}, sys.stdout)
