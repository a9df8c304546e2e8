"""Calls one hook of a build backend (PEP 517, PEP 660): driver.py REQUEST RESPONSE.

Runs on Python 3.6 and newer. The request and the response are JSON files; what the backend prints
is its own affair.
"""

import importlib
import json
import os
import sys
import traceback


def load(request):
    """The object with the hooks."""
    folders = request["backend_path"]
    # The script's own folder is nobody's business, the project's folders come first.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = folders + [
        entry for entry in sys.path if os.path.abspath(entry or ".") != here
    ]
    name, _, attributes = request["backend"].partition(":")
    try:
        backend = importlib.import_module(name)
    except ImportError as error:
        traceback.print_exc()
        missing = getattr(error, "name", None) or name
        return None, {"missing": missing, "reason": str(error)}
    if folders and not is_inside(getattr(backend, "__file__", None), folders):
        return None, {"outside": name, "file": getattr(backend, "__file__", None)}
    for attribute in filter(None, attributes.split(".")):
        backend = getattr(backend, attribute, None)
        if backend is None:
            return None, {"missing": attribute, "reason": "no such attribute"}
    return backend, None


def is_inside(path, folders):
    if path is None:
        return False
    path = os.path.normcase(os.path.realpath(path))
    for folder in folders:
        folder = os.path.join(os.path.normcase(os.path.realpath(folder)), "")
        if path.startswith(folder):
            return True
    return False


def call(request):
    backend, failure = load(request)
    if failure is not None:
        return failure
    hook = getattr(backend, request["hook"], None)
    if hook is None:
        return {"no_hook": request["hook"]}
    unsupported = getattr(backend, "UnsupportedOperation", None)
    settings = request["config_settings"]
    arguments = [] if request["folder"] is None else [request["folder"]]
    arguments.append(settings)
    if request["with_metadata"]:
        arguments.append(request["metadata_folder"])
    try:
        return {"value": hook(*arguments)}
    except BaseException as error:
        traceback.print_exc()
        if isinstance(unsupported, type) and isinstance(error, unsupported):
            return {"unsupported": str(error)}
        if isinstance(error, KeyboardInterrupt):
            raise
        kind = type(error).__name__
        return {"failed": kind + ": " + str(error) if str(error) else kind}


def main(request_path, response_path):
    response_path = os.path.abspath(response_path)
    with open(request_path, encoding="utf-8") as file:
        request = json.load(file)
    response = call(request)
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        text = json.dumps(response)
    except TypeError as error:
        text = json.dumps({"failed": "the hook returned what is no JSON: " + str(error)})
    with open(response_path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(response_path + ".new", response_path)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
