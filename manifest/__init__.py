"""The Teams app package: its sources, and what makes a package for one bot out of them."""
