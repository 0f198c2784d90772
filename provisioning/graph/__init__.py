"""Microsoft Graph: the only room that speaks it. Its errors and shapes end at this door."""

from provisioning.graph.client import GraphClient
from provisioning.graph.levers import GraphLevers
from provisioning.graph.opening import open_graph
from provisioning.graph.reader import GraphReader

__all__ = ["GraphClient", "GraphLevers", "GraphReader", "open_graph"]
