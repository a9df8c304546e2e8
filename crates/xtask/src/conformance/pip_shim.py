"""A pytest plugin for pip's own functional tests: `script.pip(...)` runs tilsit in pip's place.

Everything else is as the tests have it: they make the environments, the packages and the indexes,
and look at the files afterwards. `TILSIT_PROGRAM` names the program. Tests that are not about what
tilsit promises (pip's own words, pip's internals) are named, with the reason, in `pip_excluded.txt`
beside this file; they are reported as skipped.

What is adapted, and nothing else:
- Wheels of the tests that do not list their files in RECORD get the RECORD that the wheel
  specification demands: tilsit refuses them as they are.
- tilsit talks on standard error; pip does on standard output. It says `warning:` where pip says
  `WARNING:`, and some things in other words: `PHRASES` has the few that tests look for.
- tilsit's exit codes tell more; pip's are 1, and 2 for a wrong command line.
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
OTHER_PLACE = {"cache", "config"}

# Commands whose standard output is talk and not data.
TALKS = {"install", "uninstall", "download", "wheel"}

# What tilsit says, and how pip says the same.
PHRASES = [
    (
        r"there is no project named `([^`]+)`",
        r"Could not find a version that satisfies the requirement \1 (from versions: none)\n"
        r"ERROR: No matching distribution found for \1",
    ),
    (
        r"`([^`]+)` \([^)]*\) cannot be met: (?=the only version|the versions|`\S+` has no|"
        r"`\S+` \S+ (is a pre|has no|has wheels|was uploaded)|`\S+` [^`]* (is|are) yanked)",
        r"No matching distribution found for \1\n"
        r"ERROR: Could not find a version that satisfies the requirement \1 ",
    ),
    (
        r"satisfies the requirement (.*) the only version of `\S+` is (\S+)",
        r"satisfies the requirement \1 (from versions: \2)",
    ),
    (
        r"satisfies the requirement (.*) the versions of `\S+` are (.*?) and (\S+)",
        r"satisfies the requirement \1 (from versions: \2, \3)",
    ),
    (
        r"Could not find a version that satisfies (.* is a pre-release, and those are not allowed)",
        r"Could not find a final version that satisfies \1",
    ),
    (
        r"`([^`]+)` \S+ needs Python (\S+), and this is Python ([\d.]+)",
        r"\g<0>\nERROR: Package '\1' requires a different Python: \3 not in '\2'",
    ),
    (
        r"`([\w.-]+) @ [^`]*` \([^)]*\) cannot be met: .*needs Python (\S+), and this is Python (\S+)",
        r"\g<0>\nERROR: Package '\1' requires a different Python: \3 not in '\2'",
    ),
    (
        r"(these requirements cannot be met together|these requirements exclude each other)",
        r"\1, because these package versions have conflicting dependencies. ResolutionImpossible",
    ),
    (r"excludes `([^`]+)` (\d\S*)", r"\g<0>. Cannot install \1 \2"),
    (
        r"has none of the hashes that the requirements give",
        "THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
    ),
    (
        r"hashes are required, and|the requirements have no hash for",
        r"Hashes are required in --require-hashes mode: \g<0>",
    ),
    (
        r"is no Python project: it has neither pyproject.toml nor setup.py",
        "does not appear to be a Python project: "
        "neither 'setup.py' nor 'pyproject.toml' found. "
        "Neither 'setup.py' nor 'pyproject.toml' found.",
    ),
    (r"was yanked by its maintainers: no reason is given", "Reason for being yanked: <none given>"),
    (r"was yanked by its maintainers: ", "Reason for being yanked: "),
    (r"limits nothing, because it has no name", "Unnamed requirements are not allowed as constraints"),
    (
        r"the argument '--user' cannot be used with '(--\w+)( <\w+>)?'"
        r"|the argument '(--\w+)( <\w+>)?' cannot be used with '--user'",
        lambda m: f"Can not combine '--user' and '{m[1] or m[3]}'",
    ),
    (
        r"the argument '--pre' cannot be used with.*|the argument '.*' cannot be used with '--pre'",
        "--pre cannot be used with --all-releases or --only-final",
    ),
    (
        r"what is for another Python or platform cannot be used in this environment",
        "Can not use any platform or abi specific options unless installing via '--target' "
        "or using '--dry-run'",
    ),
    (r"cannot read `(.*)` \[TL0102\]", r"Could not open requirements file: \1"),
    (r"invalid value '([^']*)' for", r"invalid choice: '\1'"),
    (r"cannot uninstall `([^`]+)` (\S+):", r"Cannot uninstall \1 \2:"),
    (r"^  caused by: ", ""),
]

# Errors that pip calls wrong usage too.
WRONG_USAGE = re.compile(r"Usage: tilsit|group paths use")


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
        name = item.nodeid.partition("tests/functional/")[2]
        for pattern, reason in rows:
            if fnmatch.fnmatchcase(name.partition("[")[0], pattern) or name == pattern:
                item.add_marker(pytest.mark.skip(f"not applicable: {reason}"))
                break
        source = getattr(item.module, "BACKEND_SRC", "")
        # A backend of the tests reads its RECORD before it is written.
        item.module.BACKEND_SRC = source.replace("(record_name, b", "(record_name, rec.flush() or b")


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


def pytest_configure(config):
    import tests.lib
    from tests.lib import DATA_DIR, PipTestEnvironment

    if not hasattr(config, "workerinput"):
        for wheel in DATA_DIR.joinpath("packages").glob("simplewheel-*.whl"):
            with_record(wheel)

    create = tests.lib.create_basic_wheel_for_package
    tests.lib.create_basic_wheel_for_package = lambda *args, **kwargs: with_record(
        create(*args, **kwargs)
    )
    ignores = PipTestEnvironment._ignore_file

    def pip(self, *args, use_module=True, **kwargs):
        if self.pip_expect_warning:
            kwargs["allow_stderr_warning"] = True
        words = [os.fspath(word) for word in args]
        # Each test has a cache of its own anyway.
        words = [word for word in words if word not in ("--no-cache-dir", "--no-cache")]
        command = [] if words and words[0] in OTHER_PLACE else ["pip"]
        python = os.fspath(self.bin_path / "python")
        self.environ.setdefault("TILSIT_PYTHON", python)
        self.environ.setdefault("TILSIT_NO_PROGRESS", "1")
        return as_pip_says(self.run(PROGRAM, *command, *words, **kwargs), words)

    PipTestEnvironment.pip = pip
    # The lock that keeps two processes from changing one environment stays, as uv's does.
    PipTestEnvironment._ignore_file = lambda self, name: (
        ignores(self, name) or name.endswith(os.sep + ".lock")
    )


def as_pip_says(result, words):
    """The result in pip's words, and with pip's exit codes."""
    said = re.sub(r"^(warning|error):", lambda m: m[0].upper(), result.stderr, flags=re.M)
    for ours, theirs in PHRASES:
        said = re.sub(ours, theirs, said, flags=re.M)
    if result.returncode in (2, 4, 5) and not WRONG_USAGE.search(said):
        result._impl.returncode = 1
    result._impl.stderr = said
    if TALKS.intersection(words):
        if "-" not in words:
            result._impl.stdout += said
        if result.returncode == 0:
            warnings = re.findall(r"^WARNING: .*\n", said, flags=re.M)
            result._impl.stderr = "".join(warnings)
    return result


def pytest_terminal_summary(terminalreporter):
    """The table: what passed, what failed, and what does not apply for which reason."""
    stats = terminalreporter.stats
    rows = {}
    for outcome in ("passed", "failed", "error"):
        for report in stats.get(outcome, ()):
            file = report.nodeid.partition("tests/functional/")[2].partition("::")[0]
            rows.setdefault(file, []).append(outcome)
    terminalreporter.section("pip's tests on tilsit")
    passed = failed = 0
    for name, outcomes in sorted(rows.items()):
        good = outcomes.count("passed")
        terminalreporter.line(f"| {name} | {good} | {len(outcomes) - good} |")
        passed += good
        failed += len(outcomes) - good
    reasons = collections.Counter(
        report.longrepr[2].removeprefix("Skipped: ") for report in stats.get("skipped", ())
    )
    # What pip itself expects to fail says nothing.
    reasons["pip expects it to fail"] = len(stats.get("xfailed", ())) + len(stats.get("xpassed", ()))
    for reason, count in reasons.most_common():
        terminalreporter.line(f"| {reason} | {count} |")
    share = 100 * passed / max(passed + failed, 1)
    terminalreporter.line(f"{passed} of {passed + failed} applicable tests pass: {share:.1f} %")
