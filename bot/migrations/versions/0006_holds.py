"""Legal holds, and when a case's content was disposed of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add them."""
    op.add_column("case", sa.Column("held_for", sa.Text()))
    op.add_column("case", sa.Column("disposed_at", sa.DateTime(timezone=True)))
