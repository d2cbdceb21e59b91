"""For scripts/fuzz.sh: Schemathesis does not know how to send JSON Lines."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson", "application/jsonl")
def json_lines(_context, value):
    """Texts are sent as they are, and any other value as one line of JSON."""
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()
