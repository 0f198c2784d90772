"""A short name for the mappings and the filter that a job works with: the same name, the same schema. Pure."""

import hashlib
import json
from dataclasses import asdict

from provisioning.model import Schema


def fingerprint(schema: Schema | None) -> str:
    """Twelve hexadecimal digits; "" without a schema. The order in which Graph lists the mappings does not count."""
    if schema is None:
        return ""
    whole = asdict(schema)
    whole["mappings"] = sorted(whole["mappings"], key=lambda mapping: json.dumps(mapping, sort_keys=True))
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:12]
