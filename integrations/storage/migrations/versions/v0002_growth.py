"""What has grown and what is due is found without a look at every incident: a number per change, and indexes.

Rule kept here: a column and indexes only, so the tables stay as they are for everything else.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

GROWN = sa.text("head_seq > carried_seq")
UNFIRED = sa.text("fired_at IS NULL")


def upgrade() -> None:
    """Add the number of the last change, and two indexes."""
    op.add_column("incidents", sa.Column("changed", sa.BigInteger, nullable=False, server_default="0"))
    op.create_index("incidents_changed", "incidents", ["org", "changed"])
    op.create_index("incidents_grown", "incidents", ["org", "number"], sqlite_where=GROWN, postgresql_where=GROWN)
    op.drop_index("timers_due", "timers")
    op.create_index("timers_due", "timers", ["org", "clock", "due"], sqlite_where=UNFIRED, postgresql_where=UNFIRED)
