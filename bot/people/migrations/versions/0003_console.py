"""The helpline's console: accounts, sign-ins, calls, call-backs and safeguarding records; hand-overs are taken up"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("handovers") as handovers:
        handovers.add_column(sa.Column("call", sa.String(12)))
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("safeguarding", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Float(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
    )
    op.create_table(
        "signins",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("seen", sa.Float(), nullable=False),
    )
    op.create_index("ix_signins_account", "signins", ["account"])
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("reference", sa.String(12), nullable=False, unique=True),
        sa.Column("conversation", sa.String(64), nullable=False, unique=True),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("script", sa.String(64), nullable=False),
        sa.Column("special", sa.String(64)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("begun", sa.Float(), nullable=False),
        sa.Column("ended", sa.Float()),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("filled", sa.JSON(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(32)),
        sa.Column("outcome_note", sa.Text()),
        sa.Column("follow_up", sa.String(10)),
        sa.Column("before", sa.String(12)),
    )
    for column in ("account", "state", "changed"):
        op.create_index(f"ix_calls_{column}", "calls", [column])
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("call", sa.String(12), nullable=False),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due", sa.String(16), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("safe", sa.Text()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("closed", sa.Float()),
    )
    for column in ("call", "conversation", "state"):
        op.create_index(f"ix_callbacks_{column}", "callbacks", [column])
    op.create_table(
        "concerns",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("call", sa.String(12)),
        sa.Column("conversation", sa.String(64)),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("area", sa.String(64)),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("lead_told", sa.Boolean(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    for column in ("call", "conversation", "changed"):
        op.create_index(f"ix_concerns_{column}", "concerns", [column])


def downgrade() -> None:
    for name in ("concerns", "callbacks", "calls", "signins", "accounts"):
        op.drop_table(name)
    with op.batch_alter_table("handovers") as handovers:
        handovers.drop_column("call")
