"""Pupils and updates of the messengers"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pupils",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation", sa.String(64), nullable=False, unique=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("area", sa.String(64)),
        sa.Column("greeted", sa.Boolean(), nullable=False),
        sa.Column("board", sa.String(255)),
        sa.Column("used", sa.Float(), nullable=False),
        sa.UniqueConstraint("person", "place", "number"),
    )
    op.create_table(
        "updates",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("conversation", sa.String(64)),
        sa.Column("message", sa.String(64)),
        sa.Column("work", sa.JSON()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("received", sa.Float(), nullable=False),
        sa.UniqueConstraint("channel", "key"),
    )
    op.create_index("ix_updates_conversation", "updates", ["conversation"])
    op.create_index("ix_updates_state", "updates", ["state"])


def downgrade() -> None:
    for name in ("updates", "pupils"):
        op.drop_table(name)
