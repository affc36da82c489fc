"""The history of the tables, run by Alembic from `integrations.storage.migrate`."""
