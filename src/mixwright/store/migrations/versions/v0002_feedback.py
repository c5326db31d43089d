"""People who give feedback, and what they did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("created", moment, nullable=False),
        sa.Column("consent_version", sa.String(64), nullable=True),
        sa.Column("consented", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("pseudonym", name="uq_person_pseudonym"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("song", sa.String(64), nullable=False),
        sa.Column("genre", sa.JSON(), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("made", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_event_person_id", ondelete="CASCADE"),
        sa.UniqueConstraint("person_id", "key", name="uq_event_person_id_key"),
    )
    for column in ("person_id", "kind", "song"):
        op.create_index(f"ix_event_{column}", "event", [column])


def downgrade() -> None:
    op.drop_table("event")
    op.drop_table("person")
