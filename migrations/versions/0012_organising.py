"""an event is changed, has several places and organisers, its own plan of follow-ups, and says what came of it"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("other_places", sa.String(length=700), nullable=False, server_default=""))
    op.add_column("events", sa.Column("follow_up", sa.String(length=40), nullable=False, server_default="2, 6, 12"))
    op.add_column("events", sa.Column("changes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("attendances", sa.Column("place", sa.String(length=60), nullable=False, server_default=""))
    op.create_table(
        "event_organisers",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_organisers_event_id_events")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_event_organisers_person_id_people")),
        sa.PrimaryKeyConstraint("event_id", "person_id", name=op.f("pk_event_organisers")),
    )
    op.create_index(op.f("ix_event_organisers_person_id"), "event_organisers", ["person_id"], unique=False)
    op.create_table(
        "event_answers",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_answers_event_id_events")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_answers")),
    )


def downgrade() -> None:
    op.drop_table("event_answers")
    op.drop_index(op.f("ix_event_organisers_person_id"), table_name="event_organisers")
    op.drop_table("event_organisers")
    with op.batch_alter_table("attendances") as batch:
        batch.drop_column("place")
    with op.batch_alter_table("events") as batch:
        batch.drop_column("changes")
        batch.drop_column("follow_up")
        batch.drop_column("other_places")
