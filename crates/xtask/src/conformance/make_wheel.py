"""Makes a wheel `own` of files: `WHEEL PATH_IN_WHEEL=FILE ...`."""

import base64
import hashlib
import pathlib
import sys
import zipfile

wheel = pathlib.Path(sys.argv[1])
tag = wheel.stem.split("-", 2)[2]
files = {path: pathlib.Path(file).read_bytes() for path, file in (a.split("=") for a in sys.argv[2:])}
info = "own-1.0.dist-info"
files[f"{info}/METADATA"] = b"Metadata-Version: 2.1\nName: own\nVersion: 1.0\n"
files[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()
record = ""
with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as out:
    for path, contents in files.items():
        out.writestr(path, contents)
        digest = base64.urlsafe_b64encode(hashlib.sha256(contents).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(contents)}\n"
    out.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
