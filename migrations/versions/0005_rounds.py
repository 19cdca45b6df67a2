"""Rounds: programmes, who takes part, the rounds made, who was in each, and the introductions that came of them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "round_programmes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("folded", sa.String(length=180), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("rhythm", sa.String(length=12), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("cool_down", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rehearse_for_id", sa.Integer(), nullable=True),
        sa.Column("rehearsal", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_round_programmes_event_id_events")),
        sa.ForeignKeyConstraint(["organiser_id"], ["people.id"], name=op.f("fk_round_programmes_organiser_id_people")),
        sa.ForeignKeyConstraint(
            ["rehearse_for_id"], ["people.id"], name=op.f("fk_round_programmes_rehearse_for_id_people")
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_round_programmes_topic_id_topics")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_programmes")),
    )
    op.create_index(
        "uq_round_programmes_folded_running",
        "round_programmes",
        ["folded"],
        unique=True,
        sqlite_where=sa.text("stopped_at IS NULL"),
        postgresql_where=sa.text("stopped_at IS NULL"),
    )
    op.create_table(
        "round_participants",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("prefers_trio", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("skip_number", sa.Integer(), nullable=False),
        sa.Column("yes_number", sa.Integer(), nullable=False),
        sa.Column("waited", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_round_participants_person_id_people")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["round_programmes.id"], name=op.f("fk_round_participants_programme_id_round_programmes")
        ),
        sa.PrimaryKeyConstraint("programme_id", "person_id", name=op.f("pk_round_participants")),
    )
    op.create_index("ix_round_participants_person_id", "round_participants", ["person_id"])
    op.create_table(
        "rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["opened_by_id"], ["people.id"], name=op.f("fk_rounds_opened_by_id_people")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["round_programmes.id"], name=op.f("fk_rounds_programme_id_round_programmes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_rounds_programme_id_number")),
    )
    op.create_index(
        "ix_rounds_to_make",
        "rounds",
        ["due_at"],
        sqlite_where=sa.text("made_at IS NULL"),
        postgresql_where=sa.text("made_at IS NULL"),
    )
    op.create_table(
        "round_seats",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("group", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("waited", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_round_seats_person_id_people")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_round_seats_round_id_rounds")),
        sa.PrimaryKeyConstraint("round_id", "person_id", name=op.f("pk_round_seats")),
    )
    op.create_index("ix_round_seats_person_id", "round_seats", ["person_id"])
    op.create_index("ix_round_seats_round_id_group", "round_seats", ["round_id", "group"])
    # Both databases add such a column in place. Alembic would make the table anew on SQLite, and lose its checks.
    op.execute(
        "ALTER TABLE introductions ADD COLUMN round_id INTEGER "
        "CONSTRAINT fk_introductions_round_id_rounds REFERENCES rounds (id)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE introductions DROP COLUMN round_id")
    for table in ("round_seats", "rounds", "round_participants", "round_programmes"):
        op.drop_table(table)
