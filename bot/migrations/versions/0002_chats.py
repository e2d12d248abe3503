"""What chats with people behind them need: direct notices, cards drawn anew, attachments, where each channel stood."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add them."""
    for name in ("staff_question", "staff_question_by", "staff_answer", "staff_answer_by"):
        op.add_column("case", sa.Column(name, sa.Text()))
    op.create_index("ix_case_forwarded_at", "case", ["library", "forwarded_at"])
    for name in ("direct", "turned"):
        op.add_column("notice", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("notice", sa.Column("drawn", sa.String(length=64)))
    op.add_column("notice", sa.Column("redraw_at", sa.DateTime(timezone=True)))
    op.create_index("ix_notice_redraw_at", "notice", ["redraw_at"])
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("library", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("chat", sa.String(length=40), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("media_type", sa.String(length=100)),
        sa.Column("sha256", sa.String(length=64)),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("trouble", sa.Text()),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_attachment_case_id")),
        sa.ForeignKeyConstraint(["library"], ["library.id"], name=op.f("fk_attachment_library")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_attachment_case_id_number")),
        comment="What came with a comment, fetched from the chat after the forward is stored: wanted, kept or refused",
    )
    op.create_index("ix_attachment_state", "attachment", ["state", "try_at"])
    op.create_table(
        "channel",
        sa.Column("library", sa.String(length=80), nullable=False),
        sa.Column("chat", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=120), nullable=False),
        sa.Column("heard", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["library"], ["library.id"], name=op.f("fk_channel_library")),
        sa.PrimaryKeyConstraint("library", "chat", "channel", name=op.f("pk_channel")),
        comment="The newest message of each channel that the desk has dealt with, to read on from after a gap",
    )
