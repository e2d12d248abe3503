"""Alembic's entry: runs the steps on the connection that `bot.store` hands over, in that connection's transaction."""

from alembic import context

from bot.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
