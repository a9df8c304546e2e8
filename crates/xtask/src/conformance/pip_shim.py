"""A pytest plugin for pip's own functional tests: `script.pip(...)` runs tilsit in pip's place.

Everything else is as the tests have it: they make the environments, the packages and the indexes,
and look at the files afterwards. `TILSIT_PROGRAM` names the program. Tests that are not about what
tilsit promises (pip's own words, pip's internals) are named, with the reason, in `pip_excluded.txt`
beside this file; they are reported as skipped. The wheels that the tests make on the fly get the
RECORD that the wheel specification demands: tilsit refuses wheels that do not list their files.
"""

import base64
import collections
import fnmatch
import hashlib
import os
import pathlib
import re
import zipfile

import pytest

PROGRAM = os.environ["TILSIT_PROGRAM"]
HERE = pathlib.Path(__file__).parent

# Commands that tilsit has under another name.
OTHER_PLACE = {"cache": ["cache"], "config": ["config"]}

# Commands whose standard output is talk and not data.
TALKS = {"install", "uninstall", "download", "wheel", "lock"}


def excluded():
    """Patterns of test ids, each with the reason why it does not apply."""
    rows = []
    for line in (HERE / "pip_excluded.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            pattern, _, reason = line.partition("  ")
            rows.append((pattern.strip(), reason.strip()))
    return rows


def pytest_collection_modifyitems(items):
    rows = excluded()
    for item in items:
        name = item.nodeid.rpartition("/")[2]
        for pattern, reason in rows:
            plain = name.partition("[")[0]
            if fnmatch.fnmatchcase(plain, pattern) or name == pattern:
                item.add_marker(pytest.mark.skip(f"not applicable: {reason}"))
                break


def with_record(wheel):
    """Lists and hashes every file in RECORD, as the wheel specification wants and pip does not."""
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    record = next((name for name in files if name.endswith(".dist-info/RECORD")), None)
    if record is None:
        return wheel
    lines = []
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
        lines.append(f"{record},," if name == record else f"{name},sha256={digest},{len(data)}")
    files[record] = "".join(f"{line}\n" for line in lines).encode()
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return wheel


def pytest_configure():
    import tests.lib
    from tests.lib import PipTestEnvironment

    create = tests.lib.create_basic_wheel_for_package
    tests.lib.create_basic_wheel_for_package = lambda *args, **kwargs: with_record(
        create(*args, **kwargs)
    )

    def pip(self, *args, use_module=True, **kwargs):
        if self.pip_expect_warning:
            kwargs["allow_stderr_warning"] = True
        words = [os.fspath(word) for word in args]
        # Each test has a cache of its own anyway.
        words = [word for word in words if word != "--no-cache-dir"]
        command = OTHER_PLACE.get(words[0] if words else "", ["pip"])
        python = os.fspath(self.bin_path / "python")
        self.environ.setdefault("TILSIT_PYTHON", python)
        self.environ.setdefault("TILSIT_NO_PROGRESS", "1")
        result = self.run(PROGRAM, *command, *words[len(command) - 1 :], **kwargs)
        return as_pip_says(result, words)

    PipTestEnvironment.pip = pip


def as_pip_says(result, words):
    """pip talks on standard output and writes its levels in capitals."""
    said = re.sub(r"^(warning|error):", lambda m: m[0].upper(), result.stderr, flags=re.M)
    result._impl.stderr = said
    if TALKS.intersection(words) and "-" not in words:
        result._impl.stdout += said
    return result


def pytest_terminal_summary(terminalreporter):
    """The table: what passed, what failed, and what does not apply for which reason."""
    stats = terminalreporter.stats
    rows = {}
    for outcome in ("passed", "failed", "error", "xfailed", "xpassed"):
        for report in stats.get(outcome, ()):
            rows.setdefault(report.nodeid.rpartition("/")[2].partition("::")[0], []).append(outcome)
    terminalreporter.section("tilsit")
    total = {"passed": 0, "failed": 0}
    for name, outcomes in sorted(rows.items()):
        # A test that pip itself expects to fail says nothing.
        passed = outcomes.count("passed")
        failed = outcomes.count("failed") + outcomes.count("error")
        total["passed"] += passed
        total["failed"] += failed
        terminalreporter.line(f"| {name} | {passed} | {failed} |")
    reasons = collections.Counter(
        report.longrepr[2].removeprefix("Skipped: ") for report in stats.get("skipped", ())
    )
    for reason, count in reasons.most_common():
        terminalreporter.line(f"| {reason} | {count} |")
    applicable = sum(total.values())
    share = 100 * total["passed"] / applicable if applicable else 0
    terminalreporter.line(f"{total['passed']} of {applicable} applicable tests passed: {share:.1f} %")
