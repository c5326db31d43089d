"""Listening tests, listeners and answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "listening_test",
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("created", moment, nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_listening_test"),
    )
    op.create_table(
        "listener",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("test_version", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("label", sa.String(200), nullable=True),
        sa.Column("created", moment, nullable=False),
        sa.Column("consent_version", sa.String(64), nullable=True),
        sa.Column("consented", moment, nullable=True),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        sa.Column("trials", sa.JSON(), nullable=True),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("device", sa.JSON(), nullable=False),
        sa.Column("code", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_listener"),
        sa.ForeignKeyConstraint(["test_version"], ["listening_test.version"], name="fk_listener_test_version"),
        sa.UniqueConstraint("token_hash", name="uq_listener_token_hash"),
        sa.UniqueConstraint("test_version", "number", name="uq_listener_test_version_number"),
    )
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listener_id", sa.Integer(), nullable=False),
        sa.Column("trial", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.String(64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("saved", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answer"),
        sa.ForeignKeyConstraint(["listener_id"], ["listener.id"], name="fk_answer_listener_id", ondelete="CASCADE"),
        sa.UniqueConstraint("listener_id", "trial", name="uq_answer_listener_id_trial"),
    )
    op.create_index("ix_answer_listener_id", "answer", ["listener_id"])


def downgrade() -> None:
    for table in ("answer", "listener", "listening_test"):
        op.drop_table(table)
