"""the day of an event: mixed pairs, stalls"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0007"
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    op.drop_table("stall_hellos")
    op.drop_table("stalls")
    op.drop_table("mix_seats")
    op.drop_table("mixes")
    op.drop_table("mix_choices")
