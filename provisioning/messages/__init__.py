"""Foreign words: error texts, log rows and on-demand answers as Microsoft and the apps wrote them, made into values.

Law: nothing in here raises on foreign content, and nothing is claimed that the content does not say.
"""

from provisioning.messages.errors import read_error
from provisioning.messages.log_rows import read_log_row, service_principal_id
from provisioning.messages.on_demand import read_each, read_on_demand

__all__ = ["read_each", "read_error", "read_log_row", "read_on_demand", "service_principal_id"]
