"""What Alembic runs to reach our versions: on the connection that ``migrate`` opened and locked, nothing else."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], target_metadata=None)
context.run_migrations()
