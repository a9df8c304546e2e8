"""Works in this environment from a Python that runs already: `runpy.run_path(this_file)`."""

import os
import site
import sys

scripts = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(scripts)

path = os.environ.get("PATH")
os.environ["PATH"] = os.pathsep.join([scripts] + ([path] if path else []))
os.environ["VIRTUAL_ENV"] = root
os.environ["VIRTUAL_ENV_PROMPT"] = @PROMPT@

# What the environment adds is found before what was there.
before = len(sys.path)
for folder in [@LIBRARIES@]:
    site.addsitedir(os.path.realpath(os.path.join(root, folder)))
sys.path[:] = sys.path[before:] + sys.path[:before]

sys.real_prefix = sys.prefix
sys.prefix = root
