"""What delvewheel says of a wheel for Windows, as JSON: `python windows_wheel.py WHEEL`.

`delvewheel show` passes over wheels that it has repaired; its own parts do not.
"""

import json
import os
import re
import sys
import tempfile
import zipfile
from pathlib import Path

import pefile
from delvewheel import _dll_list, _dll_utils
from delvewheel._wheel_repair import WheelRepair

wheel = sys.argv[1]
with tempfile.TemporaryDirectory() as folder:
    repair = WheelRepair(wheel, folder, None, None, False, False, False)
    exclude = repair._exclude
    files = [path for path in sorted(Path(repair._extract_dir).glob("**/*")) if path.is_file()]
    names = {}
    for path in files:
        names.setdefault(path.name.lower(), []).append(str(path))
    found = {}
    for path in files:
        with path.open("rb") as file:
            if file.read(2) != b"MZ":
                continue
        try:
            with _dll_utils.PEContext(str(path), None, True) as pe:
                machine = _dll_utils.MachineType.machine_field_to_type(pe.FILE_HEADER.Machine)
        except pefile.PEFormatError:
            continue
        places = {}
        for library in _dll_utils.get_direct_needed(str(path)):
            name = library.lower()
            if name in _dll_list.ignore_names.get(machine, ()) or any(
                regex.fullmatch(name) for regex in _dll_list.ignore_regexes
            ):
                places[name] = "ignored"
            elif _dll_utils.wildcard_contains(name, exclude):
                places[name] = "ignored"
            elif name in names:
                places[name] = "wheel"
            elif re.fullmatch(_dll_list.vc_redist, name):
                places[name] = "runtime"
            else:
                places[name] = "outside"
        found[os.path.relpath(path, repair._extract_dir)] = {
            "machine": machine.name.lower() if machine else None,
            "libraries": places,
        }
json.dump({"files": found}, sys.stdout)
