"""What is due is found library by library: with many on one database, none reads past the reminders of the others."""

from __future__ import annotations

from alembic import op

from bot import schema

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Begin the index with the library."""
    op.create_index("ix_notice_due", "notice", ["library", "state", "try_at"])
    op.drop_index("ix_notice_state", table_name="notice")
    if op.get_context().dialect.supports_comments:
        op.create_table_comment("notice", schema.notice.comment)
