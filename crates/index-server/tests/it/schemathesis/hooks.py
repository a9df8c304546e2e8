"""Gives forms the proof that the pages of the session hold, so that they are not all refused."""

import os

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    proof = os.environ.get("TILSIT_PROOF")
    if proof and isinstance(case.body, dict) and "proof" in case.body:
        case.body["proof"] = proof
