"""Why a person did or did not arrive in an application, and what mends it. Knows no chat."""
