# Prints one line of JSON with the facts about the running interpreter.
# Run as `python -I -S -B -c <this text>`; must stay valid on Python 3.6 and PyPy.
import json
import os
import platform
import struct
import sys
import sysconfig


def paths(scheme=None, variables=None):
    keys = ("purelib", "platlib", "scripts", "data", "include", "stdlib")
    if scheme is None:
        found = sysconfig.get_paths()
    else:
        found = sysconfig.get_paths(scheme=scheme, vars=variables)
    return {key: found[key] for key in keys}


def venv_scheme():
    for name in ("venv", "nt" if os.name == "nt" else "posix_prefix"):
        if name in sysconfig.get_scheme_names():
            return name
    return sysconfig.get_scheme_names()[0]


def elf_header():
    # The first 20 bytes and the flags tell a hard-float ARM from a soft-float one.
    try:
        with open(sys.executable, "rb") as file:
            data = file.read(52)
    except (OSError, TypeError):
        return None
    if len(data) < 52 or data[:4] != b"\x7fELF":
        return None
    order = "<" if data[5] == 1 else ">"
    offset = 36 if data[4] == 1 else 48
    return {
        "bits": 32 if data[4] == 1 else 64,
        "machine": struct.unpack(order + "H", data[18:20])[0],
        "flags": struct.unpack(order + "I", data[offset:offset + 4])[0],
    }


def glibc():
    try:
        name, version = os.confstr("CS_GNU_LIBC_VERSION").rsplit()
        return version if name == "glibc" else None
    except (AttributeError, OSError, ValueError):
        return None


def musl():
    import glob
    import re
    import subprocess

    for loader in sorted(glob.glob("/lib/ld-musl-*.so.1")):
        process = subprocess.Popen(
            [loader], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        text = process.communicate()[1].decode("utf-8", "replace")
        match = re.search(r"Version (\d+\.\d+)", text)
        if match and "musl" in text:
            return match.group(1)
    return None


def libc():
    if not sys.platform.startswith("linux"):
        return None
    version = glibc()
    if version:
        return {"family": "glibc", "version": version}
    version = musl()
    return {"family": "musl", "version": version} if version else None


def mac_version():
    if sys.platform != "darwin":
        return None
    version = platform.mac_ver()[0]
    if version.startswith("10.16"):
        # A binary built against an old SDK is told 10.16 on every later system.
        import subprocess

        version = subprocess.check_output(
            [sys.executable, "-I", "-S", "-c",
             "import platform; print(platform.mac_ver()[0])"],
            env={"SYSTEM_VERSION_COMPAT": "0"},
        ).decode().strip()
    return version


def site_packages():
    try:
        import site

        return site.getsitepackages()
    except Exception:
        return []


def implementation_version():
    info = sys.implementation.version
    text = "{0.major}.{0.minor}.{0.micro}".format(info)
    if info.releaselevel != "final":
        text += info.releaselevel[0] + str(info.serial)
    return text


def integer(name):
    value = sysconfig.get_config_var(name)
    return value if isinstance(value, int) else None


def text(name):
    value = sysconfig.get_config_var(name)
    return value if isinstance(value, str) else None


def bases():
    placeholder = "{base}"
    names = ("base", "platbase", "installed_base", "installed_platbase")
    return {name: placeholder for name in names}


facts = {
    "tilsit_probe": 1,
    "version_info": [sys.version_info[0], sys.version_info[1], sys.version_info[2],
                     sys.version_info[3], sys.version_info[4]],
    "implementation_version_info": list(sys.implementation.version),
    "executable": sys.executable,
    "base_executable": getattr(sys, "_base_executable", None),
    "prefix": sys.prefix,
    "base_prefix": sys.base_prefix,
    "exec_prefix": sys.exec_prefix,
    "base_exec_prefix": sys.base_exec_prefix,
    "markers": {
        "implementation_name": sys.implementation.name,
        "implementation_version": implementation_version(),
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version(),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    },
    "paths": paths(),
    "venv_paths": paths(venv_scheme(), bases()),
    "site_packages": site_packages(),
    "wheel_package_folder": text("WHEEL_PKG_DIR"),
    "platform": sysconfig.get_platform(),
    "pointer_bits": struct.calcsize("P") * 8,
    "libc": libc(),
    "elf": elf_header(),
    "mac_version": mac_version(),
    "android_api_level": (
        sys.getandroidapilevel() if hasattr(sys, "getandroidapilevel") else None
    ),
    "pyemscripten_version": text("PYEMSCRIPTEN_PLATFORM_VERSION"),
    "abi": {
        "soabi": text("SOABI"),
        "extension_suffix": text("EXT_SUFFIX"),
        "debug": bool(integer("Py_DEBUG")) or hasattr(sys, "gettotalrefcount"),
        "gil_disabled": bool(integer("Py_GIL_DISABLED")),
        "pymalloc": integer("WITH_PYMALLOC") != 0,
    },
}
print(json.dumps(facts))
