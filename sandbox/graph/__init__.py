"""Microsoft Graph v1.0, as far as a provisioning helpdesk reads and writes it."""
