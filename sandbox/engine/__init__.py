"""Provisioning itself: import, scope, match and act, against the app's SCIM side."""
