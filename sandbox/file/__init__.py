"""The parts of a tenant file, each with its keys, types and defaults. A key that is not here is a mistake."""
