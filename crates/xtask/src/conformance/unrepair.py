"""Takes the libraries out of a repaired wheel again: `WHEEL OUT_FOLDER LIBRARIES_FOLDER`.

The wheel gets the tag `linux_x86_64`; its libraries lie in the folder then, under their names.
"""

import base64
import hashlib
import pathlib
import re
import sys
import zipfile

wheel, out, libraries = map(pathlib.Path, sys.argv[1:])
out.mkdir(parents=True, exist_ok=True)
libraries.mkdir(parents=True, exist_ok=True)
platform = wheel.stem.rsplit("-", 1)[1]
name = wheel.name.replace(platform, "linux_x86_64")
record = []
with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(out / name, "w", zipfile.ZIP_DEFLATED) as new:
    for entry in old.infolist():
        contents = old.read(entry)
        folder, _, file = entry.filename.rpartition("/")
        if entry.is_dir() or entry.filename.endswith(".dist-info/RECORD"):
            continue
        if folder.endswith(".libs"):
            (libraries / file).write_bytes(contents)
            continue
        if entry.filename.endswith(".dist-info/WHEEL"):
            text = re.sub(r"(?m)^Tag: .*\n", "", contents.decode())
            start = "-".join(wheel.stem.split("-")[-3:-1])
            contents = f"{text.rstrip()}\nTag: {start}-linux_x86_64\n".encode()
        hashed = base64.urlsafe_b64encode(hashlib.sha256(contents).digest()).rstrip(b"=").decode()
        record.append(f'"{entry.filename}",sha256={hashed},{len(contents)}\n')
        kept = zipfile.ZipInfo(entry.filename)
        kept.external_attr, kept.compress_type = entry.external_attr, zipfile.ZIP_DEFLATED
        new.writestr(kept, contents)
    path = next(n for n in old.namelist() if n.endswith(".dist-info/RECORD"))
    new.writestr(path, "".join(record) + f"{path},,\n")
print(out / name)
