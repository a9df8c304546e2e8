"""Stands in for `twine`: the commands `upload` and `check`, with twine's options.

A program that calls `twine.cli.dispatch` imports it from here, and changes nothing else:

    from tilsit.compat.twine.cli import dispatch

`python -m tilsit.compat.twine upload dist/*` is what `twine upload dist/*` is.
"""
