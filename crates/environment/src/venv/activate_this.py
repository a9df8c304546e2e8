"""Works in this environment from a Python that runs already: `runpy.run_path(this_file)`."""

import os
import site
import sys

if "__file__" not in globals():
    raise AssertionError("You must use import runpy; runpy.run_path(this_file)")

scripts = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(scripts)

# An empty entry would be the working folder.
folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
os.environ["PATH"] = os.pathsep.join([scripts] + folders)
os.environ.pop("PYTHONHOME", None)
os.environ["VIRTUAL_ENV"] = root
os.environ["VIRTUAL_ENV_PROMPT"] = @PROMPT@
libraries = os.path.join(root, "lib", "pkgconfig")
path = os.environ.get("PKG_CONFIG_PATH")
os.environ["PKG_CONFIG_PATH"] = os.pathsep.join([libraries] + ([path] if path else []))

# What the environment adds is found before what was there.
before = len(sys.path)
for folder in [@LIBRARIES@]:
    site.addsitedir(os.path.realpath(os.path.join(root, folder)))
sys.path[:] = sys.path[before:] + sys.path[:before]

sys.real_prefix = sys.prefix
sys.prefix = sys.exec_prefix = root
