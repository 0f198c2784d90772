"""``python -m provisioning.rules``: print the page about the rules."""

import sys

from provisioning.rules.table import page

sys.stdout.write(page())
