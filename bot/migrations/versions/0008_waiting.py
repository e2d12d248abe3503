"""What is due is found among what waits alone: a notice that is settled has no time at which it is tried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot import schema

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Empty the times of what is settled. Takes some minutes for a million notices."""
    notice = sa.table("notice", *(sa.column(name) for name in ("state", "try_at", "leased_until")))
    op.drop_index("ix_notice_due", table_name="notice")
    op.drop_index("ix_notice_redraw_at", table_name="notice")
    with op.batch_alter_table("notice") as changed:
        changed.alter_column("try_at", existing_type=sa.DateTime(timezone=True), nullable=True)
    op.execute(notice.update().where(notice.c.state == "leased").values(try_at=notice.c.leased_until))
    op.execute(notice.update().where(notice.c.state.not_in(("queued", "leased"))).values(try_at=None))
    op.drop_column("notice", "leased_until")
    for time in ("try_at", "redraw_at"):
        waits = sa.text(f"{time} IS NOT NULL")
        op.create_index(f"ix_notice_{time}", "notice", ["library", time], postgresql_where=waits, sqlite_where=waits)
    op.create_index("ix_notice_state", "notice", ["library", "state"])
    if op.get_context().dialect.supports_comments:
        op.create_table_comment("notice", schema.notice.comment)
