"""What the reply clock needs: closed days that nobody planned, notices without a case, and what people say of a reply."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add them."""
    for name in ("handed_by", "no_reply_by", "no_reply_why", "has_it_by"):
        op.add_column("case", sa.Column(name, sa.Text()))
    for name in ("snoozed_until", "has_it_at"):
        op.add_column("case", sa.Column(name, sa.DateTime(timezone=True)))
    with op.batch_alter_table("notice") as notice:
        notice.alter_column("case_id", existing_type=sa.Integer(), nullable=True)
    op.create_table(
        "closure",
        sa.Column("library", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["library"], ["library.id"], name=op.f("fk_closure_library")),
        sa.PrimaryKeyConstraint("library", "day", name=op.f("pk_closure")),
        comment="Days on which the library is closed and library.toml does not say so: snow, a burst pipe",
    )
