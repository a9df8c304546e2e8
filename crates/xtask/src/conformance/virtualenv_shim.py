"""A pytest plugin for virtualenv's own tests: environments are made by `tilsit venv`.

`cli_run` makes the session as always, which knows where everything of an environment must be; in
place of running it, tilsit makes the environment, and the tests look at the result.
`TILSIT_PROGRAM` names the program. Tests that are not about what comes out (virtualenv's classes,
its seeds, its own words) are named, with the reason, in `virtualenv_excluded.txt`.
"""

import collections
import fnmatch
import os
import pathlib
import subprocess

import pytest

PROGRAM = os.environ["TILSIT_PROGRAM"]
HERE = pathlib.Path(__file__).parent

# Options that mean the same, those with a value first.
WITH_VALUE = {"-p": "--python", "--python": "--python", "--prompt": "--prompt"}
PLAIN = {"--clear": "--clear", "--system-site-packages": "--system-site-packages",
         "--no-vcs-ignore": "--no-vcs-ignore"}
# Options with a value that choose how virtualenv works inside.
INSIDE = {"--creator", "--activators", "--seeder", "--app-data", "--discovery"}


def excluded():
    """Patterns of test ids, each with the reason why it does not apply."""
    rows = []
    text = (HERE / "virtualenv_excluded.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            pattern, _, reason = line.partition("  ")
            rows.append((pattern.strip(), reason.strip()))
    return rows


def pytest_collection_modifyitems(items):
    rows = excluded()
    for item in items:
        name = item.nodeid.partition("tests/unit/")[2]
        for pattern, reason in rows:
            if fnmatch.fnmatchcase(name.partition("[")[0], pattern) or name == pattern:
                item.add_marker(pytest.mark.skip(f"not applicable: {reason}"))
                break


def arguments(words, session):
    """The command line of `tilsit venv`."""
    line = [str(session.creator.dest)]
    words = iter(words)
    seeds = True
    for word in words:
        if word in WITH_VALUE:
            line += [WITH_VALUE[word], next(words)]
        elif word in INSIDE:
            next(words)
        elif word in PLAIN:
            line.append(PLAIN[word])
        elif word in ("--without-pip", "--no-pip", "--no-seed"):
            seeds = False
    if "--python" not in line:
        line += ["--python", session.interpreter.system_executable]
    if "--clear" not in line:
        line.append("--allow-existing")
    if seeds:
        line.append("--seed")
    return line


def pytest_configure():
    import virtualenv.run
    from virtualenv.create.pyenv_cfg import PyEnvCfg

    def cli_run(args, options=None, setup_logging=True, env=None):
        session = virtualenv.run.session_via_cli(args, options, setup_logging, env)
        line = [PROGRAM, "venv", *arguments([str(word) for word in args], session)]
        made = subprocess.run(line, capture_output=True, text=True, check=False)
        assert made.returncode == 0, f"{line}\n{made.stdout}{made.stderr}"
        session.creator.pyenv_cfg = PyEnvCfg.from_folder(session.creator.dest)
        ignore = session.creator.dest / ".gitignore"
        if ignore.is_file():
            text = ignore.read_text(encoding="utf-8")
            ignore.write_text(text.replace("by tilsit", "by virtualenv"), encoding="utf-8")
        return session

    virtualenv.run.cli_run = cli_run


def pytest_terminal_summary(terminalreporter):
    """The table: what passed, what failed, and what does not apply for which reason."""
    stats = terminalreporter.stats
    rows = {}
    for outcome in ("passed", "failed", "error"):
        for report in stats.get(outcome, ()):
            file = report.nodeid.partition("tests/unit/")[2].partition("::")[0]
            rows.setdefault(file, []).append(outcome)
    terminalreporter.section("virtualenv's tests on tilsit")
    passed = failed = 0
    for name, outcomes in sorted(rows.items()):
        good = outcomes.count("passed")
        terminalreporter.line(f"| {name} | {good} | {len(outcomes) - good} |")
        passed += good
        failed += len(outcomes) - good
    said = (report.longrepr[2].removeprefix("Skipped: ") for report in stats.get("skipped", ()))
    # What a shell that is missing is called goes over many lines.
    reasons = collections.Counter(" ".join(reason.split("(\n")[0].split()) for reason in said)
    for reason, count in reasons.most_common():
        terminalreporter.line(f"| {reason} | {count} |")
    share = 100 * passed / max(passed + failed, 1)
    terminalreporter.line(f"{passed} of {passed + failed} applicable tests pass: {share:.1f} %")
