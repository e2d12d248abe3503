"""The tables. Every row knows its library; every time is aware UTC in Python, whatever the database keeps."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class UTC(TypeDecorator[dt.datetime]):
    """An aware moment. SQLite keeps no zone, so what it gives back is marked as the UTC it was stored as."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """To the database. Raises ValueError for a naive time, which could mean anything."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone can not be stored")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _library() -> Column[Any]:
    return Column("library", String(80), ForeignKey("library.id"), nullable=False)


def _index_of_what_waits(library: str, time: str) -> Index:
    """An index of the rows that have this time: a look for what is due reads past nothing that is settled."""
    waits = text(f"{time} IS NOT NULL")
    return Index(f"ix_notice_{time}", library, time, postgresql_where=waits, sqlite_where=waits)


mark = Table(
    "mark",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
    comment="What the whole database is: kind = demo or live; the demo's clock",
)

library = Table(
    "library",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("record_length", Integer, nullable=False),
    Column("record_head", LargeBinary(32), nullable=False),
    comment="One row a library: the head of its record's chain. Locked by every change, so that changes stand in a row",
)

case = Table(
    "case",
    metadata,
    Column("id", Integer, primary_key=True),
    _library(),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("chat", String(40), nullable=False),
    Column("channel", String(120), nullable=False),
    Column("message", String(120), nullable=False),
    Column("forwarded_by", Text, nullable=False),
    Column("forwarded_at", UTC, nullable=False),
    Column("text", Text, nullable=False),
    Column("post", Text),
    Column("author", Text),
    Column("platform", Text),
    Column("account", Text),
    Column("permalink", Text),
    Column("posted_at", UTC),
    Column("attachments", JSON, nullable=False),
    Column("verdicts", Integer, nullable=False),
    Column("target", UTC, nullable=False),
    Column("deadline", UTC, nullable=False),
    Column("wants_reply", Boolean, nullable=False),
    Column("question", Text),
    Column("asked_by", Text),
    Column("asked_at", UTC),
    Column("staff_question", Text),
    Column("staff_question_by", Text),
    Column("staff_answer", Text),
    Column("staff_answer_by", Text),
    Column("claimed_by", Text),
    Column("handed_by", Text),
    Column("snoozed_until", UTC),
    Column("no_reply_by", Text),
    Column("no_reply_why", Text),
    Column("has_it_by", Text),
    Column("has_it_at", UTC),
    Column("replied_by", Text),
    Column("replied_at", UTC),
    Column("reply_text", Text),
    Column("done", String(20)),
    Column("done_by", Text),
    Column("done_at", UTC),
    Column("withdrawn_by", Text),
    Column("withdrawn_at", UTC),
    Column("withdrawn_why", Text),
    Column("linked", String(20)),
    Column("is_open", Boolean, nullable=False),
    Column("reply_due", Boolean, nullable=False),
    Column("held_for", Text),
    Column("disposed_at", UTC),
    UniqueConstraint("library", "year", "serial"),
    Index("ix_case_open", "library", "is_open"),
    Index("ix_case_forwarded_at", "library", "forwarded_at"),
    Index("ix_case_permalink", "library", "permalink"),
    comment="The comment as received and the case's state; is_open and reply_due repeat what it implies, for search",
)

likeness = Table(
    "likeness",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=False),
    Column("case_id", Integer, ForeignKey("case.id"), primary_key=True, autoincrement=False),
    comment="Keys of each comment's words, made in bot.likeness: near-duplicates of one library share at least one",
    sqlite_with_rowid=False,
)

forward = Table(
    "forward",
    metadata,
    Column("id", Integer, primary_key=True),
    _library(),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=False),
    Column("chat", String(40), nullable=False),
    Column("channel", String(120), nullable=False),
    Column("message", String(120), nullable=False),
    Column("forwarded_by", Text, nullable=False),
    Column("forwarded_at", UTC, nullable=False),
    UniqueConstraint("library", "chat", "channel", "message"),
    comment="Each message that carried a comment: a message delivered twice finds itself here",
)

verdict = Table(
    "verdict",
    metadata,
    Column("id", Integer, primary_key=True),
    _library(),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", UTC, nullable=False),
    Column("said", JSON, nullable=False),
    Column("policy_hash", String(64), nullable=False),
    Column("library_hash", String(64), nullable=False),
    Column("engine_hash", String(64), nullable=False),
    UniqueConstraint("case_id", "number"),
    comment="What the machine said, every time; never changed",
)

ruling = Table(
    "ruling",
    metadata,
    Column("id", Integer, primary_key=True),
    _library(),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=False),
    Column("at", UTC, nullable=False),
    Column("by", Text, nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("guidelines", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_ruling_case_id", "case_id"),
    comment="What the director decided; never changed, the last one stands",
)

notice = Table(
    "notice",
    metadata,
    Column("id", Integer, primary_key=True),
    _library(),
    Column("case_id", Integer, ForeignKey("case.id")),
    Column("number", Integer, nullable=False),
    Column("chat", String(40), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("about", JSON, nullable=False),
    Column("due_at", UTC, nullable=False),
    Column("try_at", UTC),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("closed_at", UTC),
    Column("message", String(120)),
    Column("trouble", Text),
    Column("direct", Boolean, nullable=False, server_default=false()),
    Column("turned", Boolean, nullable=False, server_default=false()),
    Column("drawn", String(64)),
    Column("redraw_at", UTC),
    UniqueConstraint("case_id", "number"),
    _index_of_what_waits("library", "try_at"),
    _index_of_what_waits("library", "redraw_at"),
    Index("ix_notice_state", "library", "state"),
    comment="Everything durable that the desk says, with the time it is due; case_id is empty for what is about no one "
    "case; try_at = when it is to be sent, or its lease ends, empty once it is settled; direct = to one person alone, "
    "turned = the other way was shut, drawn = SHA-256 of the card last shown, redraw_at = when it wants drawing anew",
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", Integer, primary_key=True),
    _library(),
    Column("case_id", Integer, ForeignKey("case.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("chat", String(40), nullable=False),
    Column("source", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("try_at", UTC, nullable=False),
    Column("media_type", String(100)),
    Column("sha256", String(64)),
    Column("content", LargeBinary),
    Column("trouble", Text),
    UniqueConstraint("case_id", "number"),
    Index("ix_attachment_state", "state", "try_at"),
    comment="What came with a comment, fetched from the chat after the forward is stored: wanted, kept or refused",
)

channel = Table(
    "channel",
    metadata,
    Column("library", String(80), ForeignKey("library.id"), primary_key=True),
    Column("chat", String(40), primary_key=True),
    Column("channel", String(120), primary_key=True),
    Column("heard", String(120), nullable=False),
    comment="The newest message of each channel that the desk has dealt with, to read on from after a gap",
)

absence = Table(
    "absence",
    metadata,
    Column("library", String(80), ForeignKey("library.id"), primary_key=True),
    Column("person", String(200), primary_key=True),
    Column("since", UTC, nullable=False),
    Column("until", UTC),
    comment="Who said that they are away; until is empty where they did not say",
)

closure = Table(
    "closure",
    metadata,
    Column("library", String(80), ForeignKey("library.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("why", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", UTC, nullable=False),
    comment="Days on which the library is closed and library.toml does not say so: snow, a burst pipe",
)

edition = Table(
    "edition",
    metadata,
    Column("id", Integer, primary_key=True),
    _library(),
    Column("kind", String(10), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("since", UTC, nullable=False),
    Column("text", Text, nullable=False),
    comment="Each text of the policy and of the library file by its hash in verdicts, from when on it was in use",
)

record = Table(
    "record",
    metadata,
    Column("library", String(80), ForeignKey("library.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", UTC, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("case", String(20)),
    Column("payload", Text),
    Column("salt", LargeBinary(16)),
    Column("digest", LargeBinary(32), nullable=False),
    Column("link", LargeBinary(32), nullable=False),
    Index("ix_record_case", "library", "case"),
    comment="The public record: an append-only chain of salted digests, with each payload and salt beside its digest",
)
