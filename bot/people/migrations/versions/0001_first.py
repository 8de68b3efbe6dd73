"""The inbox, feedback and hand-overs"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("message", sa.String(64), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("redacted", sa.JSON(), nullable=False),
        sa.Column("tap", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("restarts", sa.Integer(), nullable=False),
        sa.Column("received", sa.Float(), nullable=False),
        sa.UniqueConstraint("conversation", "message"),
    )
    op.create_index("ix_inbox_state", "inbox", ["state"])
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation", sa.String(64)),
        sa.Column("reply", sa.Integer()),
        sa.Column("records", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("day", sa.String(10), nullable=False),
        sa.UniqueConstraint("conversation", "reply"),
    )
    op.create_index("ix_feedback_conversation", "feedback", ["conversation"])
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("area", sa.String(64)),
        sa.Column("role", sa.String(32)),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text()),
    )
    op.create_index("ix_handovers_conversation", "handovers", ["conversation"])
    op.create_index("ix_handovers_state", "handovers", ["state"])


def downgrade() -> None:
    for name in ("handovers", "feedback", "inbox"):
        op.drop_table(name)
