"""A pytest plugin for pipenv's own integration tests, and the `pipenv` that they call: tilsit.

As a plugin it puts a program `pipenv` first on the search path, which is this file again, and serves
the files in the suite's `tests/pypi` and `tests/fixtures` as an index on the loopback interface. As
a program it reads the command line with pipenv's own parser, and runs the commands of tilsit that
mean the same. `TILSIT_PROGRAM` names the program. Tests that are not about what tilsit promises are
named, with the reason, in `pipenv_excluded.txt` beside this file; they are reported as skipped.

What is adapted, and nothing else:
- pipenv begins a Pipfile where there is none, with what a requirements.txt lists; tilsit begins
  pyproject.toml only.
- `graph --json` has the form of pipdeptree, which pipenv calls.
- `pip` in the environment of a project is `tilsit pip`: tilsit puts no pip there.
- Where the environment is, and that it goes, is asked of pipenv's own rule (`--venv`, `--rm`): so the
  tests see whether tilsit has it at the same place.
- The few words that tests look for.
"""

import collections
import fnmatch
import hashlib
import http.server
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import urllib.parse

PROGRAM = os.environ["TILSIT_PROGRAM"]
HERE = pathlib.Path(__file__).parent

# What tilsit says, and how pipenv says the same.
PHRASES = [
    (r"it is no JSON|`Pipfile.lock`: (?=.* at line )", r"Pipfile.lock is corrupt: \g<0>"),
    (r"cannot be started \[TL0901\]", r"\g<0>: not found"),
    (r"there is no lock `Pipfile.lock`", r"Pipfile.lock not found! \g<0>"),
    (r"the index `([^`]+)` is neither NAME=URL nor a URL", r"\g<0>: not found"),
]


# --- the program ---------------------------------------------------------------------------------


def tilsit(*words, capture=False):
    """Runs tilsit; what it says is said in pipenv's words."""
    done = subprocess.run(
        [PROGRAM, *words], text=True, check=False, stderr=subprocess.PIPE,
        stdout=subprocess.PIPE if capture else None,
    )
    said = done.stderr
    for ours, theirs in PHRASES:
        said = re.sub(ours, theirs, said)
    sys.stderr.write(said)
    done.stderr = said
    return done


def steps(*lines):
    """Runs tilsit with each line, as long as they go well."""
    for line in lines:
        code = tilsit(*line).returncode
        if code != 0:
            return code
    return 0


def listed(text):
    return [name for name in re.split(r", *| ", text or "") if name]


def categories(args):
    """The categories that are named, as pipenv writes them in a Pipfile."""
    named = listed(getattr(args, "categories", None))
    if not named and getattr(args, "dev", None) is None:
        named = listed(os.environ.get("PIPENV_DEFAULT_CATEGORIES"))
    same = {"default": "packages", "develop": "dev-packages"}
    return [same.get(name, name) for name in named]


def one(category):
    """The options for one category of `add` and `remove`."""
    return {"packages": [], "dev-packages": ["--dev"]}.get(category, ["--group", category])


def selected(args, project):
    """The options for what is installed."""
    named = categories(args)
    if getattr(args, "all_categories", None):
        return ["--all-groups"]
    if not named:
        named = ["packages"] + (["dev-packages"] if args.dev else [])
        named += listed(getattr(args, "extras", None))
    same = {"packages": "default", "dev-packages": "develop"}
    words = [] if "packages" in named else ["--no-default-groups"]
    for name in named:
        words += ["--group", same.get(name, name)]
    return words


def common(args, index=True):
    """The options that all commands have."""
    words = []
    if getattr(args, "pre", None):
        words.append("--pre")
    if args.python and args.command in ("install", "update", "upgrade", "lock", "sync", "uninstall"):
        words += ["--python", args.python]
    if args.pypi_mirror:
        words += ["--default-index", args.pypi_mirror]
    if index and getattr(args, "index", None):
        words += ["--index", args.index]
    return words


def ensure_pipfile(project, args):
    """pipenv begins a Pipfile where there is none."""
    if project.pipfile.exists:
        return
    project.create_pipfile(python=args.python)
    if args.command == "install" and os.path.isfile("requirements.txt") and not args.packages:
        kinds = categories(args) or ["packages"]
        lines = [["add", *one(kind), "-r", "requirements.txt"] for kind in kinds]
        if steps(*lines):
            sys.exit(1)


def add(args, project, names=(), editables=(), follow=()):
    lines = []
    for category in categories(args) or ["dev-packages" if args.dev else "packages"]:
        line = ["add", *one(category), *common(args), *follow]
        if names:
            lines.append([*line, "--", *names])
        for editable in editables:
            lines.append([*line, *([] if "git+" in editable else ["--editable"]), "--", editable])
    return steps(*lines)


def install(args, project):
    ensure_pipfile(project, args)
    names, editables = list(args.packages), args.editables or []
    # What is a path is one for pipenv, whatever it looks like.
    names = [f"./{name}" if os.path.isdir(name) and "/" not in name else name for name in names]
    if args.requirementstxt:
        code = steps(["add", *one("dev-packages" if args.dev else "packages"), *common(args),
                      "-r", args.requirementstxt])
        if code or not (names or editables):
            return code
    if names or editables:
        follow = ["--frozen"] if args.skip_lock else []
        code = add(args, project, names, editables, follow)
        return code or (steps(["sync", "--inexact", *selected(args, project)]) if follow else 0)
    fixed = ["--locked"] if args.deploy else ["--frozen"] if args.ignore_pipfile else []
    return steps(["sync", "--inexact", *fixed, *selected(args, project), *common(args, False)])


def sync(args, project):
    return steps(["sync", "--inexact", "--frozen", *selected(args, project), *common(args)])


def uninstall(args, project):
    parsed = project.pipfile.parsed
    if args.all:
        listing = tilsit("pip", "list", "--format", "json", "--python", location(project), capture=True)
        names = [entry["name"] for entry in json.loads(listing.stdout)]
        print("\n".join(names))
        return steps(["pip", "uninstall", "-y", "--python", location(project), *names]) if names else 0
    names, kinds = list(args.packages), categories(args)
    if args.all_dev:
        names, kinds = list(parsed.get("dev-packages", {})), ["dev-packages"]
        if not names:
            return 0
    if not names:
        print("No package provided!", file=sys.stderr)
        return 1
    kinds = kinds or ["dev-packages" if args.dev else "packages"]
    return steps(*(["remove", *one(kind), *common(args), *names] for kind in kinds))


def lock(args, project):
    ensure_pipfile(project, args)
    return steps(["lock", "--upgrade", *common(args)])


def upgrade(args, project):
    if args.command == "update" and (args.outdated or args.dry_run):
        return steps(["outdated"])
    names, editables = list(args.packages), args.editables or []
    sync = ["sync", "--inexact", *selected(args, project)] if args.command == "update" else None
    if not names and not editables:
        return steps(*filter(None, [["lock", "--upgrade", *common(args)], sync]))
    bare = [name for name in names if re.fullmatch(r"[\w.-]+", name)]
    others = [name for name in names if name not in bare]
    code = 0
    if others or editables:
        code = add(args, project, others, editables, ["--no-sync"])
    if bare and not code:
        code = steps(["lock", *common(args), *(word for name in bare for word in ("-P", name))])
    return code or (steps(sync) if sync else 0)


def run(args, project):
    ensure_pipfile(project, args)
    words = [args.run_command, *args.run_args]
    if words[0] == "pip":
        venv = location(project)
        if not os.path.isdir(venv):
            steps(["run", "--no-sync", "python", "-c", ""])
        return steps(["pip", words[1], "--python", venv, *words[2:]])
    python = ["--python", args.python] if args.python else []
    return tilsit("run", "--quiet", "--no-sync", *python, "--", *words).returncode


def requirements(args, project):
    named = categories(args)
    same = {"packages": "default", "dev-packages": "develop"}
    words = [] if args.hash else ["--no-hashes"]
    for name in named:
        words += ["--only-group", same.get(name, name)]
    if not named:
        words += ["--only-dev"] if args.dev_only else ["--dev"] if args.dev else []
    return steps(["export", "--frozen", "--no-header", *words])


def verify(args, project):
    if not project.pipfile.exists:
        print("No Pipfile present at project home.", file=sys.stderr)
        return 1
    if tilsit("lock", "--check").returncode == 0:
        print("Pipfile.lock is up-to-date.")
        return 0
    print("Pipfile.lock is out-of-date.", file=sys.stderr)
    return 1


def clean(args, project):
    if not pathlib.Path(project.lockfile.location).is_file():
        return 0
    done = tilsit("sync", "--frozen", "--all-groups", *(["--dry-run"] if args.dry_run else []))
    print(done.stderr)
    return done.returncode


def graph(args, project):
    if args.json or args.json_tree:
        listing = tilsit("pip", "tree", "--json", "--python", location(project), capture=True)
        packages = [
            {"package_name": one["name"], "installed_version": one["version"], "key": one["name"]}
            for one in json.loads(listing.stdout)["result"]
        ]
        print(json.dumps([{"package": package, "dependencies": []} for package in packages]))
        return listing.returncode
    return steps(["pip", "tree", *(["--invert"] if args.reverse else []), "--python", location(project)])


def remove(args, project):
    venv = location(project)
    if not os.path.isdir(venv):
        print("No virtualenv has been created for this project yet!", file=sys.stderr)
        return 1
    shutil.rmtree(venv)
    print(f"Removed virtualenv {venv}")
    return 0


def location(project):
    return str(project.venv_locator.location)


def root(args, project):
    """What is asked for without a command."""
    if args.where:
        print(project.pipfile.project_directory)
    elif args.rm:
        print("--rm is deprecated", file=sys.stderr)
        return remove(args, project)
    elif args.venv or args.py:
        venv = location(project)
        if not os.path.isdir(venv):
            print("No virtualenv has been created for this project yet!", file=sys.stderr)
            return 1
        print(os.path.join(venv, "bin", "python") if args.py else venv)
    elif args.python:
        ensure_pipfile(project, args)
        return steps(["run", "--no-sync", "--python", args.python, "python", "-c", ""])
    else:
        return steps(["help"])
    return 0


COMMANDS = {
    "install": install, "sync": sync, "uninstall": uninstall, "lock": lock, "update": upgrade,
    "upgrade": upgrade, "run": run, "requirements": requirements, "verify": verify, "clean": clean,
    "graph": graph, "remove": remove, "scripts": lambda args, project: steps(["run", "--list"]),
    None: root,
}


def main():
    from pipenv.cli.options import apply_env_vars, build_parser
    from pipenv.project import Project

    parser = build_parser()
    args, rest = parser.parse_known_args()
    for name in ("python", "pypi_mirror", "verbose", "quiet", "clear", "system"):
        if not hasattr(args, name):
            setattr(args, name, None)
    apply_env_vars(args)
    if rest and args.command != "run":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    # The programs that tilsit starts see none of the suite.
    os.environ.pop("PYTHONPATH", None)
    command = COMMANDS.get(args.command)
    if command is None:
        parser.error(f"`{args.command}` is no command of tilsit")
    # `python` is any Python for pipenv.
    args.python = None if args.python == "python" and args.command else args.python
    return command(args, Project(chdir=False))


# --- the index -----------------------------------------------------------------------------------


def files_of(folders):
    """The distributions below folders, by the normal name of their project."""
    found = collections.defaultdict(dict)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            match = re.match(r"(.+?)-\d[^/]*\.(whl|tar\.gz|tar\.bz2|tgz|zip|egg)$", path.name)
            if match and path.is_file():
                name = re.sub(r"[-_.]+", "-", match[1]).lower()
                found[name].setdefault(path.name, path)
    return found


class Index(http.server.BaseHTTPRequestHandler):
    """`/simple/PROJECT/` and `/files/PROJECT/FILE`."""

    protocol_version = "HTTP/1.1"
    files = {}

    def do_GET(self):
        parts = [urllib.parse.unquote(part) for part in self.path.split("?")[0].split("/") if part]
        body, kind = None, "text/html"
        if parts[:1] == ["simple"] and len(parts) == 2:
            body = self.page(re.sub(r"[-_.]+", "-", parts[1]).lower())
        elif parts == ["simple"]:
            body = "".join(f'<a href="{name}/">{name}</a>\n' for name in sorted(self.files)).encode()
        elif parts[:1] in (["files"], ["packages"]) and len(parts) == 3:
            path = self.files.get(parts[1], {}).get(parts[2])
            body, kind = path and path.read_bytes(), "application/octet-stream"
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def page(self, project):
        if project not in self.files:
            return None
        rows = []
        for name, path in self.files[project].items():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            place = urllib.parse.quote(f"/files/{project}/{name}")
            rows.append(f'<a href="{place}#sha256={digest}">{name}</a><br>\n')
        return f"<!DOCTYPE html><html><body>{''.join(rows)}</body></html>".encode()

    def log_message(self, *words):
        """Nothing is said of requests."""


def serve(suite):
    Index.files = files_of([suite / "tests/pypi", suite / "tests/fixtures"])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
    # What a client ends early is no news; the tests watch what this process prints.
    server.handle_error = lambda request, address: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://localhost:{server.server_address[1]}/simple"


# --- the plugin ----------------------------------------------------------------------------------


def excluded():
    """Patterns of test ids, each with the reason why it does not apply."""
    rows = []
    for line in (HERE / "pipenv_excluded.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            pattern, _, reason = line.partition("  ")
            rows.append((pattern.strip(), reason.strip()))
    return rows


def pytest_collection_modifyitems(items):
    rows = excluded()
    for item in items:
        name = item.nodeid.partition("tests/integration/")[2]
        for pattern, reason in rows:
            if fnmatch.fnmatchcase(name.partition("[")[0], pattern) or name == pattern:
                item.add_marker(pytest.mark.skip(f"not applicable: {reason}"))
                break


def prepare(config):
    """The program, the index and the variables; before the tests' own configuration reads those."""
    suite = pathlib.Path(config.rootpath)
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        del os.environ[name]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pipenv-shim-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    program = folder / "bin/pipenv"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{suite}" exec "{sys.executable}" "{__file__}" "$@"\n', encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    base = pathlib.Path(sys._base_executable).resolve().parent
    own = pathlib.Path(sys.executable).parent
    folders = [str(program.parent), str(base), str(own), os.environ["PATH"]]
    os.environ["PATH"] = os.pathsep.join(folders)
    os.environ["WORKON_HOME"] = str(folder / "environments")
    os.environ["PIPENV_PYPI_SERVER"] = serve(suite)
    os.environ.pop("VIRTUAL_ENV", None)


if __name__ != "__main__":
    import pytest

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(early_config):
        prepare(early_config)


def pytest_terminal_summary(terminalreporter):
    """The table: what passed, what failed, and what does not apply for which reason."""
    stats = terminalreporter.stats
    rows = {}
    for outcome in ("passed", "failed", "error"):
        for report in stats.get(outcome, ()):
            file = report.nodeid.partition("tests/integration/")[2].partition("::")[0]
            rows.setdefault(file, []).append(outcome)
    terminalreporter.section("pipenv's tests on tilsit")
    passed = failed = 0
    for name, outcomes in sorted(rows.items()):
        good = outcomes.count("passed")
        terminalreporter.line(f"| {name} | {good} | {len(outcomes) - good} |")
        passed += good
        failed += len(outcomes) - good
    reasons = collections.Counter(
        report.longrepr[2].removeprefix("Skipped: ") for report in stats.get("skipped", ())
    )
    for reason, count in reasons.most_common():
        terminalreporter.line(f"| {reason} | {count} |")
    share = 100 * passed / max(passed + failed, 1)
    terminalreporter.line(f"{passed} of {passed + failed} applicable tests pass: {share:.1f} %")


if __name__ == "__main__":
    sys.exit(main())
