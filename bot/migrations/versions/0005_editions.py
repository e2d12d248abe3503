"""Each text of the policy and of the library file, from when on it was in use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add it."""
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("library", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["library"], ["library.id"], name=op.f("fk_edition_library")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        comment="Each text of the policy and of the library file by its hash in verdicts, from when on it was in use",
    )
