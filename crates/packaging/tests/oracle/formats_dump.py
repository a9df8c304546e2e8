"""Runs the tests of pypa/packaging for the formats of files and records every call they make.

Usage: formats_dump.py TESTS OUTPUT, where TESTS is the folder `tests` of the sdist. OUTPUT gets one
JSON object a line: the test, the function, its input, and its result or error. A test that makes
no recorded call gets a line of its own with the function "none".
"""

import dataclasses
import json
import sys

import pytest
import tomli_w
from packaging import dependency_groups, direct_url, licenses, markers, metadata, pylock, tags
from packaging.errors import ExceptionGroup

MODULES = [
    "test_metadata.py",
    "test_pylock.py",
    "test_pylock_select.py",
    "test_direct_url.py",
    "test_dependency_groups.py",
    "test_licenses.py",
]


class Recorder:
    def __init__(self, output):
        self.output = output
        self.test = None
        self.depth = 0
        self.recorded = 0

    def pytest_runtest_setup(self, item):
        self.test = item.nodeid
        self.recorded = 0

    def pytest_runtest_teardown(self, item):
        if self.recorded == 0:
            self.write("none", {}, {})

    def write(self, function, given, outcome):
        line = {"test": self.test, "function": function, "given": given, **outcome}
        self.output.write(json.dumps(line, default=plain) + "\n")
        self.recorded += 1

    def call(self, function, original, arguments, given, result):
        """Calls the original; outermost calls during a test are recorded."""
        if self.test is None or self.depth:
            return original(*arguments[0], **arguments[1])
        given = given()
        self.depth += 1
        try:
            value = original(*arguments[0], **arguments[1])
        except Exception as error:
            self.depth -= 1
            if given is not None:
                self.write(function, given, {"error": describe(error)})
            raise
        try:
            recorded = result(value)
        finally:
            self.depth -= 1
        if given is not None:
            self.write(function, given, {"result": recorded})
        return value


def plain(value):
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def describe(error):
    if isinstance(error, ExceptionGroup):
        return {"type": "ExceptionGroup", "errors": [describe(each) for each in error.exceptions]}
    return {
        "type": type(error).__name__,
        "message": str(error),
        "context": getattr(error, "context", None),
        "field": getattr(error, "field", None),
    }


def without_none(value):
    if isinstance(value, dict):
        return {key: without_none(each) for key, each in value.items() if each is not None}
    if isinstance(value, (list, tuple)):
        return [without_none(each) for each in value]
    return value


def toml(value):
    """The value as TOML, or None if it has no such form."""
    try:
        return tomli_w.dumps(without_none(value))
    except (TypeError, AttributeError):
        return None


def replace(recorder, owner, name, function, given, result):
    original = owner.__dict__[name] if isinstance(owner, type) else getattr(owner, name)
    inner = original.__func__ if isinstance(original, classmethod) else original

    def wrapper(*args, **kwargs):
        return recorder.call(
            function, inner, (args, kwargs), lambda: given(*args, **kwargs), result
        )

    setattr(owner, name, classmethod(wrapper) if isinstance(original, classmethod) else wrapper)


def record_metadata(recorder):
    raws = {}

    def parse_email(data):
        return {"bytes" if isinstance(data, bytes) else "text": data}

    replace(
        recorder, metadata, "parse_email", "parse_email", parse_email,
        lambda pair: {"raw": pair[0], "unparsed": {k: len(v) for k, v in pair[1].items()}},
    )
    original_raw = metadata.Metadata.__dict__["from_raw"].__func__

    def from_raw(cls, data, *, validate=True):
        raw = dict(data)
        value = recorder.call(
            "from_raw", original_raw, ((cls, data), {"validate": validate}),
            lambda: {"raw": raw, "validate": validate}, lambda _: None,
        )
        raws[id(value)] = (raw, value)
        return value

    metadata.Metadata.from_raw = classmethod(from_raw)
    replace(
        recorder, metadata.Metadata, "from_email", "from_email",
        lambda cls, data, validate=True: {**parse_email(data), "validate": validate},
        lambda _: None,
    )
    original_get = metadata._Validator.__get__

    def get(self, instance, owner):
        raw = raws.get(id(instance), (None,))[0]
        return recorder.call(
            "attribute", original_get, ((self, instance, owner), {}),
            lambda: None if raw is None else {"raw": raw, "attribute": self.name},
            lambda value: value if isinstance(value, (list, dict, type(None))) else str(value),
        )

    metadata._Validator.__get__ = get
    replace(
        recorder, metadata.Metadata, "as_rfc822", "as_rfc822",
        lambda self: {"raw": raws[id(self)][0]},
        lambda message: {"items": message.items(), "body": message.get_payload()},
    )
    items = {}
    original_set = metadata.RFC822Message.__setitem__

    def set_item(self, name, value):
        items.setdefault(id(self), (self, []))[1].append([name, str(value)])
        original_set(self, name, value)

    metadata.RFC822Message.__setitem__ = set_item
    replace(
        recorder, metadata.RFC822Message, "as_bytes", "message",
        lambda self, *args, **kwargs: {
            "items": items.get(id(self), (self, []))[1], "body": self.get_payload(),
        },
        lambda data: data.decode(),
    )
    original_str = metadata.RFC822Message.__str__

    def to_str(self):
        return recorder.call(
            "message", original_str, ((self,), {}),
            lambda: {"items": items.get(id(self), (self, []))[1], "body": self.get_payload()},
            lambda text: text,
        )

    metadata.RFC822Message.__str__ = to_str


def record_pylock(recorder):
    for owner in ["Pylock", "Package", "PackageWheel", "PackageVcs"]:
        replace(
            recorder, getattr(pylock, owner), "_from_dict", owner,
            lambda cls, d: {"toml": toml(d)},
            lambda value: toml(value.to_dict()) if hasattr(value, "to_dict") else None,
        )

    def validate_input(self):
        return {"toml": toml(self.to_dict())}

    replace(recorder, pylock.Pylock, "validate", "Pylock", validate_input, lambda _: None)
    for owner in [pylock.PackageSdist, pylock.PackageWheel]:
        getter = owner.__dict__["filename"].fget

        def filename(self, getter=getter):
            return recorder.call(
                "filename", getter, ((self,), {}),
                lambda: {"name": self.name, "path": self.path, "url": self.url}, str,
            )

        owner.filename = property(filename)
    original_direct = pylock.Package.__dict__["is_direct"].fget

    def is_direct(self):
        given = {"direct": not (self.sdist or self.wheels), "name": str(self.name)}
        given["keys"] = [f.name for f in dataclasses.fields(self) if getattr(self, f.name)]
        return recorder.call("is_direct", original_direct, ((self,), {}), lambda: given, bool)

    pylock.Package.is_direct = property(is_direct)
    # The test module takes the function by name, so it is replaced before it is imported.
    replace(
        recorder, pylock, "is_valid_pylock_path", "is_valid_pylock_path",
        lambda path: {"name": path.name}, bool,
    )
    original_select = pylock.Pylock.select

    def select(self, **options):
        answers = {}
        predicate = options.get("prefer_sdist_predicate")

        def logged(name):
            answers[name] = predicate(name)
            return answers[name]

        def original(self, **options):
            if predicate is not None:
                options["prefer_sdist_predicate"] = logged
            return list(original_select(self, **options))

        given = {
            "toml": toml(self.to_dict()),
            "environment": options.get("environment") or markers.default_environment(),
            "tags": options.get("tags"),
            "extras": options.get("extras") or [],
            "groups": options.get("dependency_groups"),
            "answers": answers,
        }
        if given["tags"] is None:
            given["tags"] = tags.sys_tags()
        given["tags"] = [str(tag) for tag in given["tags"]]
        value = recorder.call(
            "select", original, ((self,), options), lambda: given,
            lambda pairs: [
                [str(package.name), type(source).__name__, getattr(source, "filename", None)]
                for package, source in pairs
            ],
        )
        return iter(value)

    pylock.Pylock.select = select


def record_direct_url(recorder):
    replace(
        recorder, direct_url.DirectUrl, "from_dict", "direct_url",
        lambda cls, d: {"json": d}, lambda value: value.to_dict(strip_user_password=False),
    )

    def to_dict(self, **options):
        given = {"json": dict(original_to_dict(self, strip_user_password=False)), **options}
        value = recorder.call(
            "direct_url_to_dict", original_to_dict, ((self,), options), lambda: given, dict
        )
        return value

    original_to_dict = direct_url.DirectUrl.to_dict
    direct_url.DirectUrl.to_dict = to_dict
    replace(
        recorder, direct_url.DirectUrl, "validate", "direct_url",
        lambda self: {"json": dict(original_to_dict(self))}, lambda _: None,
    )
    replace(
        recorder, direct_url, "_strip_url", "strip_url",
        lambda url, safe: {"url": url, "safe": list(safe)}, str,
    )


def record_groups(recorder):
    resolver = dependency_groups.DependencyGroupResolver
    tables = {}
    original_init = resolver.__init__

    def init(self, groups):
        tables[id(self)] = (self, toml({"dependency-groups": groups}))
        recorder.call(
            "groups", original_init, ((self, groups), {}),
            lambda: {"toml": tables[id(self)][1]}, lambda _: None,
        )

    resolver.__init__ = init
    for name in ["resolve", "lookup"]:
        replace(
            recorder, resolver, name, name,
            lambda self, group: {"toml": tables[id(self)][1], "group": group},
            lambda value: [str(getattr(each, "include_group", each)) for each in value],
        )
    original = dependency_groups.resolve_dependency_groups

    def resolve_all(groups, /, *names):
        return recorder.call(
            "resolve_all", original, ((groups, *names), {}),
            lambda: {"toml": toml({"dependency-groups": groups}), "groups": list(names)}, list,
        )

    dependency_groups.resolve_dependency_groups = resolve_all


def record_licenses(recorder):
    replace(
        recorder, licenses, "canonicalize_license_expression", "license",
        lambda raw: {"expression": raw}, str,
    )


def main(tests, output):
    with open(output, "w", encoding="utf-8") as file:
        recorder = Recorder(file)
        for record in [
            record_metadata, record_pylock, record_direct_url, record_groups, record_licenses
        ]:
            record(recorder)
        paths = [f"{tests}/{module}" for module in MODULES]
        options = ["-q", "-p", "no:cacheprovider", "--rootdir", tests, "--noconftest"]
        status = pytest.main([*options, *paths], plugins=[recorder])
        recorder.test = None
        for table in ("LICENSES", "EXCEPTIONS"):
            for entry in getattr(licenses, table).values():
                recorder.write("listed", {"table": table, **entry}, {})
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
