"""`python -m tilsit.compat.twine`."""

import sys

from tilsit.compat.twine.cli import main

sys.exit(main())
