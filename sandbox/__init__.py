"""A small company at home: emulated sign-in, Microsoft Graph and SCIM apps, over real HTTP on loopback.

It imports nothing of the bot, and the bot does not know it is there: only settings differ.
"""

from sandbox.errors import TenantFileError
from sandbox.server import Company, SandboxPerson, start

__all__ = ["Company", "SandboxPerson", "TenantFileError", "start"]
