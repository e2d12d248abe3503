"""The keys by which near-duplicates are found, for old comments too; they find the same words as well."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.likeness import Likeness

revision = "0003"
down_revision = "0002"
TOGETHER = 500


def upgrade() -> None:
    """Make them. Takes about five minutes for a million comments."""
    likeness = op.create_table(
        "likeness",
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_likeness_case_id")),
        sa.PrimaryKeyConstraint("key", "case_id", name=op.f("pk_likeness")),
        comment="Keys of each comment's words, made in bot.likeness: near-duplicates of one library share at least one",
        sqlite_with_rowid=False,
    )
    connection, last = op.get_bind(), 0
    case = sa.table("case", sa.column("id"), sa.column("library"), sa.column("text"))
    some = sa.select(case.c.id, case.c.library, case.c.text).order_by(case.c.id).limit(TOGETHER)
    while old := connection.execute(some.where(case.c.id > last)).all():
        keys = [{"key": key, "case_id": row.id} for row in old for key in set(Likeness(row.text).bands(row.library))]
        if keys:
            connection.execute(likeness.insert(), keys)
        last = old[-1].id
    op.drop_index("ix_case_fingerprint", table_name="case")
    op.drop_column("case", "fingerprint")
