"""The versions that setuptools-scm gives: for each line `[folder, options]` of standard input, as JSON,
a line with the version or `error`."""

import json
import sys
import warnings

from packaging.version import Version
from vcs_versioning._config import Configuration
from vcs_versioning._get_version_impl import _get_version

warnings.simplefilter("ignore")


def version(folder, options):
    config = Configuration.from_data(relative_to=folder + "/pyproject.toml", data=options)
    found = _get_version(config, force_write_version_files=False)
    return "error" if found is None else str(Version(found))


for line in sys.stdin:
    folder, options = json.loads(line)
    try:
        print(version(folder, options))
    except BaseException as error:
        print(type(error), error, file=sys.stderr)
        print("error")
