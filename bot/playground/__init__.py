"""Microsoft's Agents Playground on this machine: a Teams-like client for the demo, on loopback, with its telemetry off.

It is a foreign program: it gets a folder of its own, only the environment that it needs, and it ends with us.
"""
