"""the day of an event: mixed pairs, stalls, questions from the room"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_RANDOM = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mix_choices",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("takes_part", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_mix_choices_event_id_events")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_mix_choices_person_id_people")),
        sa.PrimaryKeyConstraint("event_id", "person_id", name=op.f("pk_mix_choices")),
    )
    op.create_table(
        "mixes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_mixes_event_id_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mixes")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_mixes_event_id_number")),
    )
    op.create_table(
        "mix_seats",
        sa.Column("mix_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("group", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["mix_id"], ["mixes.id"], name=op.f("fk_mix_seats_mix_id_mixes")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_mix_seats_person_id_people")),
        sa.PrimaryKeyConstraint("mix_id", "person_id", name=op.f("pk_mix_seats")),
    )
    op.create_index("ix_mix_seats_person_id", "mix_seats", ["person_id"])
    op.create_table(
        "stalls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_stalls_event_id_events")),
        sa.ForeignKeyConstraint(["holder_id"], ["people.id"], name=op.f("fk_stalls_holder_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stalls")),
    )
    op.create_index("ix_stalls_event_id", "stalls", ["event_id"])
    op.create_index("ix_stalls_holder_id", "stalls", ["holder_id"])
    op.create_table(
        "stall_hellos",
        sa.Column("stall_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_stall_hellos_person_id_people")),
        sa.ForeignKeyConstraint(["stall_id"], ["stalls.id"], name=op.f("fk_stall_hellos_stall_id_stalls")),
        sa.PrimaryKeyConstraint("stall_id", "person_id", name=op.f("pk_stall_hellos")),
    )
    op.create_index("ix_stall_hellos_person_id", "stall_hellos", ["person_id"])
    _room()


def _room() -> None:
    op.create_table(
        "room_questions",
        sa.Column("id", _RANDOM, autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["people.id"], name=op.f("fk_room_questions_answered_by_id_people")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_room_questions_event_id_events")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_room_questions_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_questions")),
    )
    op.create_index("ix_room_questions_event_id", "room_questions", ["event_id"])
    op.create_table(
        "room_votes",
        sa.Column("question_id", _RANDOM, nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["room_questions.id"], name=op.f("fk_room_votes_question_id_room_questions")
        ),
        sa.PrimaryKeyConstraint("question_id", "mark", name=op.f("pk_room_votes")),
    )
    op.create_table(
        "room_secrets",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_room_secrets_event_id_events")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_room_secrets")),
    )
    op.create_table(
        "room_seats",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_room_seats_event_id_events")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_room_seats_person_id_people")),
        sa.PrimaryKeyConstraint("event_id", "person_id", name=op.f("pk_room_seats")),
    )


def downgrade() -> None:
    for table in ("room_seats", "room_secrets", "room_votes", "room_questions"):
        op.drop_table(table)
    op.drop_table("stall_hellos")
    op.drop_table("stalls")
    op.drop_table("mix_seats")
    op.drop_table("mixes")
    op.drop_table("mix_choices")
