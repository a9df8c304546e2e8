"""A pytest plugin that writes down what pypa/packaging's own tests say.

Run as ``pytest -p dump`` over the tests of pypa/packaging with this folder on the path and
``TILSIT_ORACLE_OUT`` naming a file. For each test item one line of JSON is written:

    {"test": "TestVersion::test_x", "params": {...} or null,
     "observations": [{"call": "Version", ...}, ...]}

``params`` are those of ``pytest.mark.parametrize``. ``observations`` are the calls of the public
interface that the item made itself, with their arguments and results; ``main.rs`` makes the same
calls of ours.
"""

from __future__ import annotations

import functools
import json
import os

import pytest

import packaging._manylinux
import packaging._musllinux
import packaging.markers
import packaging.ranges
import packaging.requirements
import packaging.specifiers
import packaging.tags
import packaging.utils
import packaging.version

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

_observations: list | None = None
_depth = 0
_known_versions: set[str] = set()


def encode(value: object) -> object:
    """Makes JSON of a parameter, with a word for what JSON does not have."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return {"set": sorted((encode(item) for item in value), key=repr)}
    if isinstance(value, dict):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, Version):
        return {"version": str(value)}
    if isinstance(value, (Specifier, SpecifierSet)):
        return {"specifiers": str(value)}
    if isinstance(value, packaging.tags.Tag):
        return {"tag": str(value)}
    if isinstance(value, bytes):
        return {"bytes": value.decode("latin-1")}
    if callable(value):
        return {"function": getattr(value, "__name__", repr(value))}
    return {"repr": repr(value)}


def observe(call: str, **fields: object) -> None:
    if _observations is not None and _depth == 0:
        _observations.append({"call": call, **{key: encode(value) for key, value in fields.items()}})


class Quiet:
    """Calls made within are not observed."""

    def __enter__(self) -> None:
        global _depth
        _depth += 1

    def __exit__(self, *_: object) -> None:
        global _depth
        _depth -= 1


def patch(owner: object, name: str, record) -> None:
    """Replaces a function by one that also calls ``record(result, error, args, kwargs)``."""
    original = owner.__dict__[name]
    is_class = isinstance(original, classmethod)
    function = original.__func__ if is_class else original

    @functools.wraps(function)
    def wrapper(*args: object, **kwargs: object) -> object:
        try:
            with Quiet():
                result = function(*args, **kwargs)
        except Exception as error:
            with_quiet(record, None, error, args, kwargs)
            raise
        with_quiet(record, result, None, args, kwargs)
        return result

    setattr(owner, name, classmethod(wrapper) if is_class else wrapper)


def quietly(describe, *args):
    """What a test has replaced by a stand-in may not be able to say what it is."""
    try:
        return describe(*args)
    except Exception:
        return None


def with_quiet(record, result, error, args, kwargs):
    """Works the fields out quietly, then observes them."""
    if _observations is None or _depth > 0:
        return None
    with Quiet():
        fields = quietly(record, result, error, args, kwargs)
    if fields is not None:
        observe(**fields)
    return None


def parts_of(version: Version) -> dict:
    return {
        "str": str(version), "epoch": version.epoch, "release": version.release, "pre": version.pre,
        "post": version.post, "dev": version.dev, "local": version.local, "public": version.public,
        "base": version.base_version, "is_prerelease": version.is_prerelease,
        "is_postrelease": version.is_postrelease, "is_devrelease": version.is_devrelease,
        "major": version.major, "minor": version.minor, "micro": version.micro,
    }


def argument(args, kwargs, place, name, default=None):
    return args[place] if len(args) > place else kwargs.get(name, default)


# Versions ---------------------------------------------------------------------------------------

def version_made(_, error, args, kwargs):
    text = argument(args, kwargs, 1, "version")
    if type(args[0]) is not Version or not isinstance(text, str):
        return None
    if error is not None:
        return {"call": "Version", "text": text, "error": type(error).__name__}
    if text in _known_versions:
        return {"call": "Version", "text": text, "ok": {"str": str(args[0])}}
    _known_versions.add(text)
    return {"call": "Version", "text": text, "ok": parts_of(args[0])}


def versions_compared(operator):
    def record(result, _, args, __):
        if all(type(side) is Version for side in args) and isinstance(result, bool):
            return {"call": "compare", "operator": operator, "left": str(args[0]), "right": str(args[1]), "result": result}
        return None
    return record


def version_replaced(result, error, args, kwargs):
    if error is not None:
        return None
    return {"call": "replace", "version": str(args[0]), "parts": kwargs, "result": str(result)}


def version_from_parts(result, error, args, kwargs):
    if error is not None:
        return None
    return {"call": "replace", "version": "0", "parts": kwargs, "result": str(result)}


patch(Version, "__init__", version_made)
patch(Version, "__replace__", version_replaced)
patch(Version, "from_parts", version_from_parts)
for _name in ("lt", "le", "eq", "ge", "gt", "ne"):
    patch(Version, f"__{_name}__", versions_compared(_name))


# Specifiers -------------------------------------------------------------------------------------

def raw(specifiers) -> str:
    """The specifiers as written: ``str`` of a set would sort and so change it."""
    if isinstance(specifiers, Specifier):
        return str(specifiers)
    return ",".join(map(str, specifiers._specs))


def specifier_made(result, error, args, kwargs):
    text = argument(args, kwargs, 1, "spec" if isinstance(args[0], Specifier) else "specifiers", "")
    if not isinstance(text, str):
        return None
    fields = {"call": type(args[0]).__name__, "text": text}
    if isinstance(error, InvalidSpecifier):
        return {**fields, "error": "InvalidSpecifier"}
    if error is not None:
        return None
    return {**fields, "ok": raw(args[0])}


def candidate(item: object) -> object:
    return {"version": str(item)} if isinstance(item, Version) else item


def contained(result, error, args, kwargs):
    item = argument(args, kwargs, 1, "item")
    if error is not None or not isinstance(item, (str, Version)):
        return None
    return {
        "call": "contains", "specifiers": raw(args[0]), "own": args[0]._prereleases,
        "prereleases": argument(args, kwargs, 2, "prereleases"),
        "installed": argument(args, kwargs, 3, "installed"),
        "item": candidate(item), "result": result,
    }


def filtered(owner):
    original = owner.filter

    @functools.wraps(original)
    def wrapper(self, iterable, prereleases=None, key=None):
        if _observations is None or _depth > 0:
            return original(self, iterable, prereleases, key)
        items = list(iterable)
        keys = items if key is None else [key(item) for item in items]
        with Quiet():
            kept = list(original(self, list(enumerate(keys)), prereleases, lambda pair: pair[1]))
        if all(isinstance(item, (str, Version)) for item in keys):
            observe(
                "filter", specifiers=raw(self), own=self._prereleases, prereleases=prereleases,
                items=[candidate(item) for item in keys], result=[place for place, _ in kept],
            )
        return iter([items[place] for place, _ in kept])

    owner.filter = wrapper


def specifiers_compared(result, _, args, __):
    if type(args[0]) is not type(args[1]) or not isinstance(result, bool):
        return None
    return {"call": "specifiers_equal", "left": raw(args[0]), "right": raw(args[1]), "result": result}


def specifiers_joined(result, error, args, _):
    if error is not None or not isinstance(result, SpecifierSet):
        return None
    other = args[1] if isinstance(args[1], str) else raw(args[1])
    return {"call": "specifiers_and", "left": raw(args[0]), "right": other, "result": str(result)}


def specifiers_shown(result, error, args, _):
    return {"call": "specifiers_str", "specifiers": raw(args[0]), "result": result}


def unsatisfiable(result, _, args, __):
    return {"call": "is_unsatisfiable", "specifiers": raw(args[0]), "own": args[0]._prereleases, "result": result}


def related(relation):
    def record(result, error, args, _):
        if error is not None:
            return None
        return {"call": "specifiers_relation", "relation": relation, "left": raw(args[0]), "right": raw(args[1]), "result": result}
    return record


def watched_property(owner, name):
    original = owner.__dict__[name]

    def getter(self):
        value = original.fget(self)
        if _observations is not None and _depth == 0 and self._prereleases is None:
            observe("names_prerelease", specifiers=raw(self), result=value is True)
        return value

    setattr(owner, name, property(getter, original.fset))


for _owner in (Specifier, SpecifierSet):
    patch(_owner, "__init__", specifier_made)
    patch(_owner, "contains", contained)
    patch(_owner, "__contains__", contained)
    patch(_owner, "__eq__", specifiers_compared)
    patch(_owner, "__str__", specifiers_shown)
    filtered(_owner)
    watched_property(_owner, "prereleases")
patch(SpecifierSet, "__and__", specifiers_joined)
patch(SpecifierSet, "is_unsatisfiable", unsatisfiable)
for _name in ("is_subset", "is_superset", "is_disjoint"):
    patch(SpecifierSet, _name, related(_name))


# Ranges -----------------------------------------------------------------------------------------

VersionRange = packaging.ranges.VersionRange


def cut(bound) -> object:
    place = bound.version
    if place is None:
        return None
    if isinstance(place, Version):
        return [str(place), "PLAIN", bound.inclusive]
    return [str(place.version), place.kind.name, bound.inclusive]


def range_of(value: VersionRange) -> dict:
    return {
        "stretches": [[cut(lower), cut(upper)] for lower, upper in value._bounds],
        "policy": value._prereleases_configured,
        "literals": value._has_literals(),
        "texts": value._admit_arbitrary,
    }


def range_combined(operation):
    def record(result, error, args, _):
        if error is not None or not isinstance(result, VersionRange):
            return None
        right = [range_of(side) for side in args[1:]]
        return {"call": "range_operation", "operation": operation, "left": range_of(args[0]), "right": right, "result": range_of(result)}
    return record


def range_related(relation):
    def record(result, error, args, _):
        if error is not None:
            return None
        return {"call": "range_relation", "relation": relation, "left": range_of(args[0]), "right": [range_of(side) for side in args[1:]], "result": result}
    return record


def range_made(result, error, args, _):
    if error is not None:
        return None
    return {"call": "to_range", "specifiers": raw(args[0]), "result": range_of(result)}


def range_contains(result, error, args, kwargs):
    item = argument(args, kwargs, 1, "item")
    if error is not None or not isinstance(item, (str, Version)):
        return None
    return {
        "call": "range_contains", "range": range_of(args[0]), "prereleases": argument(args, kwargs, 2, "prereleases"),
        "installed": argument(args, kwargs, 3, "installed"), "item": candidate(item), "result": result,
    }


def range_spelled(result, error, args, _):
    if error is not None:
        return None
    return {"call": "to_specifiers", "range": range_of(args[0]), "result": None if result is None else str(result)}


def range_equal(result, _, args, __):
    if not isinstance(result, bool):
        return None
    return {"call": "range_relation", "relation": "equal", "left": range_of(args[0]), "right": [range_of(args[1])], "result": result}


def range_singleton(result, error, args, kwargs):
    if error is not None:
        return None
    return {"call": "range_singleton", "version": str(argument(args, kwargs, 1, "version")), "result": range_of(result)}


patch(SpecifierSet, "to_range", range_made)
for _name in ("intersection", "union", "complement", "difference"):
    patch(VersionRange, _name, range_combined(_name))
for _name in ("is_subset", "is_superset", "is_disjoint", "is_empty"):
    if not isinstance(VersionRange.__dict__[_name], property):
        patch(VersionRange, _name, range_related(_name))
patch(VersionRange, "contains", range_contains)
patch(VersionRange, "to_specifier_set", range_spelled)
patch(VersionRange, "__eq__", range_equal)
patch(VersionRange, "singleton", range_singleton)
for _alias, _name in (("__and__", "intersection"), ("__or__", "union"), ("__invert__", "complement"), ("__sub__", "difference")):
    patch(VersionRange, _alias, range_combined(_name))


# Markers ----------------------------------------------------------------------------------------

Marker = packaging.markers.Marker


def marker_made(_, error, args, kwargs):
    text = argument(args, kwargs, 1, "marker")
    fields = {"call": "Marker", "text": text}
    if error is not None:
        return {**fields, "error": type(error).__name__}
    return {**fields, "ok": str(args[0])}


def marker_evaluated(result, error, args, kwargs):
    # What the environment comes to is seen by the function that evaluates.
    seen: dict = {}
    original = packaging.markers._evaluate_markers

    def spy(markers, environment):
        seen.update(environment)
        return original(markers, environment)

    packaging.markers._evaluate_markers = spy
    try:
        Marker.evaluate.__wrapped__(*args, **kwargs)
    except Exception:
        pass
    finally:
        packaging.markers._evaluate_markers = original
    fields = {"call": "evaluate", "marker": str(args[0]), "environment": seen}
    if error is not None:
        return {**fields, "error": type(error).__name__}
    return {**fields, "result": result}


def marker_joined(operation):
    def record(result, error, args, _):
        if not isinstance(result, Marker):
            return None
        return {"call": "marker_operation", "operation": operation, "left": str(args[0]), "right": str(args[1]), "result": str(result)}
    return record


def markers_compared(result, _, args, __):
    if not isinstance(result, bool):
        return None
    return {"call": "markers_equal", "left": str(args[0]), "right": str(args[1]), "result": result}


patch(Marker, "__init__", marker_made)
patch(Marker, "evaluate", marker_evaluated)
patch(Marker, "__and__", marker_joined("and"))
patch(Marker, "__or__", marker_joined("or"))
patch(Marker, "__eq__", markers_compared)


# Requirements -----------------------------------------------------------------------------------

Requirement = packaging.requirements.Requirement


def requirement_made(_, error, args, kwargs):
    text = argument(args, kwargs, 1, "requirement_string")
    fields = {"call": "Requirement", "text": text}
    if error is not None:
        return {**fields, "error": type(error).__name__}
    made = args[0]
    marker = None if made.marker is None else str(made.marker)
    ok = {"str": str(made), "name": made.name, "extras": sorted(made.extras), "specifiers": str(made.specifier), "url": made.url, "marker": marker}
    return {**fields, "ok": ok}


def requirements_compared(result, _, args, __):
    if not isinstance(result, bool):
        return None
    return {"call": "requirements_equal", "left": str(args[0]), "right": str(args[1]), "result": result}


patch(Requirement, "__init__", requirement_made)
patch(Requirement, "__eq__", requirements_compared)


# Tags -------------------------------------------------------------------------------------------

tags = packaging.tags


def tag_parsed(result, error, args, kwargs):
    fields = {
        "call": "parse_tag", "text": argument(args, kwargs, 0, "tag"), "validate_order": kwargs.get("validate_order", False),
        "limit": kwargs.get("limit"),
    }
    if error is not None:
        return {**fields, "error": type(error).__name__}
    return {**fields, "ok": sorted(map(str, result))}


def tag_made(_, error, args, kwargs):
    if error is not None or len(args) + len(kwargs) < 4:
        return None
    given = [argument(args, kwargs, place, name) for place, name in enumerate(("self", "interpreter", "abi", "platform"))][1:]
    return {"call": "Tag", "parts": given, "result": str(args[0])}


def tags_compared(result, _, args, __):
    if not isinstance(result, bool):
        return None
    return {"call": "tags_equal", "left": str(args[0]), "right": str(args[1]), "result": result}


def listed(owner, name, describe, call=None):
    """Watches a function that yields tags or platforms."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapper(*args, **kwargs):
        if _observations is None or _depth > 0:
            return original(*args, **kwargs)
        # Iterators given as arguments must be seen twice.
        args = tuple(list(arg) if hasattr(arg, "__next__") else arg for arg in args)
        kwargs = {key: list(arg) if hasattr(arg, "__next__") else arg for key, arg in kwargs.items()}
        with Quiet():
            given = original(*args, **kwargs)
            result = list(given)
            fields = quietly(describe, args, kwargs)
        if fields is not None:
            observe(call or name.lstrip("_"), **fields, result=[str(item) for item in result])
        return result if isinstance(given, list) else iter(result)

    setattr(owner, name, wrapper)


def config(name):
    return tags._get_config_var(name, False)


def config_build(version) -> dict:
    """How the interpreter that the test pretends to run was built; asks no more than the original."""
    import sys
    version = tuple(version)
    debug = config("Py_DEBUG")
    extension = "_d.pyd" in tags.EXTENSION_SUFFIXES
    pymalloc = config("WITH_PYMALLOC") if version < (3, 8) else None
    size = config("Py_UNICODE_SIZE") if version < (3, 3) else None
    return {
        "debug": bool(debug or (debug is None and (hasattr(sys, "gettotalrefcount") or extension))),
        "free_threaded": bool(version >= (3, 13) and config("Py_GIL_DISABLED")),
        "pymalloc": bool(pymalloc or pymalloc is None),
        "wide_unicode": bool(size == 4 or (size is None and sys.maxunicode == 0x10FFFF)),
    }


def cpython_tags_asked(args, kwargs):
    import sys
    version = argument(args, kwargs, 0, "python_version") or sys.version_info[:2]
    abis = argument(args, kwargs, 1, "abis")
    platforms = argument(args, kwargs, 2, "platforms") or tags.platform_tags()
    if abis is None:
        abis = tags._cpython_abis(version, False) if len(version) > 1 else []
    return {"version": list(version[:2]), "abis": list(abis), "platforms": list(platforms)}


def generic_tags_asked(args, kwargs):
    interpreter = argument(args, kwargs, 0, "interpreter") or tags.interpreter_name() + tags.interpreter_version(warn=False)
    abis = argument(args, kwargs, 1, "abis")
    platforms = argument(args, kwargs, 2, "platforms") or tags.platform_tags()
    return {"interpreter": interpreter, "abis": list(tags._generic_abi() if abis is None else abis), "platforms": list(platforms)}


def compatible_tags_asked(args, kwargs):
    import sys
    version = argument(args, kwargs, 0, "python_version") or sys.version_info[:2]
    platforms = argument(args, kwargs, 2, "platforms") or tags.platform_tags()
    return {"version": list(version[:2]), "interpreter": argument(args, kwargs, 1, "interpreter"), "platforms": list(platforms)}


def pure_tags_asked(args, kwargs):
    import sys
    version = argument(args, kwargs, 0, "python_version")
    return {"version": list((sys.version_info if version is None else version)[:2])}


SHORT = dict(tags.INTERPRETER_SHORT_NAMES)


def sys_tags_asked(args, kwargs):
    import sys
    name = tags.interpreter_name()
    abis = tags._cpython_abis(sys.version_info[:2], False) if name == "cp" else tags._generic_abi()
    return {
        "implementation": sys.implementation.name if SHORT.get(sys.implementation.name) == name else name,
        "version": list(sys.version_info[:2]), "number": tags.interpreter_version(warn=False), "abis": abis,
        "platforms": list(tags.platform_tags()),
    }


def mac_asked(args, kwargs):
    version, arch = argument(args, kwargs, 0, "version"), argument(args, kwargs, 1, "arch")
    if version is None or arch is None:
        return None
    return {"version": list(version), "arch": arch}


def ios_asked(args, kwargs):
    version, multiarch = argument(args, kwargs, 0, "version"), argument(args, kwargs, 1, "multiarch")
    if version is None or multiarch is None:
        return None
    return {"version": list(version), "multiarch": multiarch}


def android_asked(args, kwargs):
    level, abi = argument(args, kwargs, 0, "api_level"), argument(args, kwargs, 1, "abi")
    if level is None or abi is None:
        return None
    return {"level": level, "abi": abi}


def manylinux_refused(archs, glibc) -> list:
    """The versions that a `_manylinux` module, or what the test put in its place, refuses."""
    refused = []
    for arch in archs:
        for major in range(glibc[0], 1, -1):
            for minor in range(glibc[1] if major == glibc[0] else 50, -1, -1):
                version = packaging._manylinux._GLibCVersion(major, minor)
                if not packaging._manylinux._is_compatible(arch, version):
                    refused.append([major, minor, arch])
    return refused


def linux_asked(args, kwargs):
    import sys
    import sysconfig
    platform = tags._normalize_string(sysconfig.get_platform())
    if not platform.startswith("linux_"):
        return None
    machine = platform.removeprefix("linux_")
    is_32bit = argument(args, kwargs, 0, "is_32bit", tags._32_BIT_INTERPRETER)
    machine_seen = {"x86_64": "i686", "aarch64": "armv8l"}.get(machine, machine) if is_32bit else machine
    archs = {"armv8l": ["armv8l", "armv7l"]}.get(machine_seen, [machine_seen])
    musl = packaging._musllinux._get_musl_version(sys.executable)
    glibc = packaging._manylinux._get_glibc_version()
    return {
        "machine": machine, "is_32bit": is_32bit, "musl": None if musl is None else list(musl), "glibc": list(glibc),
        "has_manylinux_abi": packaging._manylinux._have_compatible_abi(sys.executable, archs),
        "archs": archs, "refused": manylinux_refused(archs, glibc),
    }


def formats_asked(args, kwargs):
    return {"version": list(args[0]), "arch": args[1]}


patch(tags, "parse_tag", tag_parsed)
patch(tags.Tag, "__init__", tag_made)
patch(tags.Tag, "__eq__", tags_compared)
listed(tags, "cpython_tags", cpython_tags_asked)
listed(tags, "generic_tags", generic_tags_asked)
listed(tags, "compatible_tags", compatible_tags_asked)
listed(tags, "pure_python_tags", pure_tags_asked)
listed(tags, "sys_tags", sys_tags_asked)
listed(tags, "mac_platforms", mac_asked)
listed(tags, "ios_platforms", ios_asked)
listed(tags, "android_platforms", android_asked)
listed(tags, "_linux_platforms", linux_asked)
listed(tags, "_mac_binary_formats", formats_asked)
patch(tags, "_mac_arch", lambda result, error, args, kwargs: {
    "call": "mac_arch", "arch": args[0], "is_32bit": argument(args, kwargs, 1, "is_32bit", tags._32_BIT_INTERPRETER), "result": result})
patch(tags, "_cpython_abis", lambda result, error, args, kwargs: {
    "call": "cpython_abis", "version": list(args[0])[:2], "build": config_build(args[0]), "result": result})
patch(tags, "_generic_abi", lambda result, error, args, kwargs: {
    "call": "generic_abi", "suffix": tags._get_config_var("EXT_SUFFIX", warn=True), "result": None if error else result})
patch(tags, "interpreter_name", lambda result, error, args, kwargs: {
    "call": "interpreter_name", "implementation": __import__("sys").implementation.name, "result": result})
patch(tags, "_normalize_string", lambda result, error, args, kwargs: {
    "call": "normalize_platform", "text": args[0], "result": result})


def selector_made(supported):
    supported = list(supported)
    with Quiet():
        select = original_selector(supported)

    def selector(things):
        things = list(things)
        with Quiet():
            kept = [place for place in select([(place, thing[1]) for place, thing in enumerate(things)])]
        if all(isinstance(tag, tags.Tag) for tag in supported):
            observe("select", supported=[str(tag) for tag in supported], things=[sorted(map(str, thing[1])) for thing in things], result=kept)
        return iter([things[place][0] for place in kept])

    return selector


original_selector = tags.create_compatible_tags_selector
tags.create_compatible_tags_selector = selector_made

patch(packaging._manylinux, "_parse_glibc_version", lambda result, error, args, kwargs: {
    "call": "glibc_version", "text": args[0], "result": None if error else list(result)})
patch(packaging._musllinux, "_parse_musl_version", lambda result, error, args, kwargs: {
    "call": "musl_version", "text": args[0], "result": None if result is None else list(result)})


def manylinux_asked(args, kwargs):
    glibc = list(packaging._manylinux._get_glibc_version())
    archs = list(args[0])
    abi = packaging._manylinux._have_compatible_abi(__import__("sys").executable, archs)
    return {"archs": archs, "glibc": glibc, "refused": manylinux_refused(archs, glibc), "has_abi": abi}


def musllinux_asked(args, kwargs):
    musl = packaging._musllinux._get_musl_version(__import__("sys").executable)
    return {"archs": list(args[0]), "musl": None if musl is None else list(musl)}


listed(packaging._manylinux, "platform_tags", manylinux_asked, "manylinux")
listed(packaging._musllinux, "platform_tags", musllinux_asked, "musllinux")


# Utilities --------------------------------------------------------------------------------------

utils = packaging.utils


def name_normalized(result, error, args, kwargs):
    fields = {"call": "canonicalize_name", "text": args[0], "validate": kwargs.get("validate", False)}
    return {**fields, "error": type(error).__name__} if error else {**fields, "ok": result}


def file_name_parsed(call):
    def record(result, error, args, kwargs):
        fields = {"call": call, "text": args[0], "validate_order": kwargs.get("validate_order", False)}
        if error is not None:
            return {**fields, "error": type(error).__name__}
        ok = {"name": result[0], "version": str(result[1])}
        if call == "parse_wheel_filename":
            ok.update(build=list(result[2]), tags=sorted(map(str, result[3])))
        return {**fields, "ok": ok}
    return record


patch(utils, "canonicalize_name", name_normalized)
patch(utils, "is_normalized_name", lambda result, error, args, kwargs: {"call": "is_normalized_name", "text": args[0], "result": result})
patch(utils, "canonicalize_version", lambda result, error, args, kwargs: {
    "call": "canonicalize_version", "text": str(args[0]), "strip": kwargs.get("strip_trailing_zero", True), "result": result})
patch(utils, "parse_wheel_filename", file_name_parsed("parse_wheel_filename"))
patch(utils, "parse_sdist_filename", file_name_parsed("parse_sdist_filename"))


# Pytest -----------------------------------------------------------------------------------------

_outputs: dict = {}


def write(file: str, **line: object) -> None:
    if file not in _outputs:
        folder = os.environ["TILSIT_ORACLE_OUT"]
        _outputs[file] = open(os.path.join(folder, file + ".jsonl"), "w", encoding="utf-8")
    _outputs[file].write(json.dumps(line) + "\n")


def params_of(item) -> object:
    if not hasattr(item, "callspec"):
        return None
    return {key: encode(value) for key, value in item.callspec.params.items()}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    global _observations
    seen: list[dict] = []
    item.stash[_SEEN] = seen
    result = yield
    name = item.nodeid.split("::", 1)[1].split("[")[0]
    write(item.path.stem, test=name, params=params_of(item), observations=seen)
    return result


_SEEN = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    global _observations
    _observations = item.stash[_SEEN]
    try:
        return (yield)
    finally:
        _observations = None


def pytest_sessionfinish(session):
    for output in _outputs.values():
        output.close()
