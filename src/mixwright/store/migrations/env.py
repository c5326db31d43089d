"""Runs the migrations on the connection that `database` opened, in its transaction."""

from __future__ import annotations

from alembic import context

from mixwright.store.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite changes a table by making it anew
    transactional_ddl=True,
)
context.run_migrations()
