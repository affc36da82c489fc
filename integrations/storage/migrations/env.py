"""What Alembic runs: the pending changes, in one transaction, on the connection it was given."""

from alembic import context

from integrations.storage.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
