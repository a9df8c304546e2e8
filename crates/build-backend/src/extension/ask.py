# Says how this Python was compiled, as JSON.
import json
import sys
import sysconfig

value = sysconfig.get_config_var
paths = sysconfig.get_paths()
include = []
for name in ("include", "platinclude"):
    if paths.get(name) and paths[name] not in include:
        include.append(paths[name])
print(json.dumps({
    "cc": value("CC"),
    "cxx": value("CXX"),
    "cflags": value("CFLAGS"),
    "ccshared": value("CCSHARED"),
    "ldshared": value("LDSHARED"),
    "ldcxxshared": value("LDCXXSHARED"),
    "extension_suffix": value("EXT_SUFFIX"),
    "include": include,
    "library": value("LIBDIR") if value("Py_ENABLE_SHARED") else None,
    "implementation": sys.implementation.name,
    "version": list(sys.version_info[:2]),
    "abi_flags": getattr(sys, "abiflags", ""),
    "soabi": value("SOABI"),
    "is_free_threaded": bool(value("Py_GIL_DISABLED")),
    "platform": sysconfig.get_platform(),
}))
