"""what a champion is besides, questions to the organisers, the gap map, follows, merged topics"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLES = ("coach", "coaching", "sponsor", "partner")


def upgrade() -> None:
    # Columns one by one: a table that others refer to cannot be made anew while there are rows.
    for name in ROLES:
        op.add_column("champions", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("champions", sa.Column("trained", sa.String(length=20), nullable=False, server_default=""))
    op.add_column(
        "champions",
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False, server_default="1970-01-01 00:00:00"),
    )
    op.execute("UPDATE champions SET confirmed_at = since")
    op.add_column("champions", sa.Column("still_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_champions_confirmed_at", "champions", ["confirmed_at"])
    op.add_column("champion_topics", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    _topics()
    _questions()
    op.create_table(
        "digests",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("told_until", sa.Date(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_digests_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_digests")),
    )
    op.create_index("ix_digests_next_at", "digests", ["next_at"])


def _topics() -> None:
    op.create_table(
        "topic_merges",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["into_id"], ["topics.id"], name=op.f("fk_topic_merges_into_id_topics")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_topic_merges_topic_id_topics")),
        sa.PrimaryKeyConstraint("topic_id", name=op.f("pk_topic_merges")),
    )
    op.create_index("ix_topic_merges_into_id", "topic_merges", ["into_id"])
    for table, moment in (("follows", "since"), ("sought", "at")):
        op.create_table(
            table,
            sa.Column("person_id", sa.Integer(), nullable=False),
            sa.Column("topic_id", sa.Integer(), nullable=False),
            sa.Column(moment, sa.DateTime(timezone=True), nullable=False),
            sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f(f"fk_{table}_person_id_people")),
            sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f(f"fk_{table}_topic_id_topics")),
            sa.PrimaryKeyConstraint("person_id", "topic_id", name=op.f(f"pk_{table}")),
        )
    op.create_index("ix_follows_topic_id", "follows", ["topic_id"])
    op.create_index("ix_sought_topic_id", "sought", ["topic_id", "at"])


def _questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asker_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("reply", sa.String(length=1000), nullable=False),
        sa.Column("suggested_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["people.id"], name=op.f("fk_questions_answered_by_id_people")),
        sa.ForeignKeyConstraint(["asker_id"], ["people.id"], name=op.f("fk_questions_asker_id_people")),
        sa.ForeignKeyConstraint(["suggested_id"], ["people.id"], name=op.f("fk_questions_suggested_id_people")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_questions_topic_id_topics")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    is_open = sa.text("state = 'open'")
    for name, columns, unique in (
        ("uq_questions_open", ["asker_id", "folded"], True),
        ("ix_questions_open_asked_at", ["asked_at"], False),
    ):
        op.create_index(name, "questions", columns, unique=unique, sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("ix_questions_asker_id_asked_at", "questions", ["asker_id", "asked_at"])
    op.create_table(
        "sought_words",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sought_words_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "words", name=op.f("pk_sought_words")),
    )
    op.create_index("ix_sought_words_words", "sought_words", ["words"])


def downgrade() -> None:
    for table in ("digests", "sought_words", "questions", "sought", "follows", "topic_merges"):
        op.drop_table(table)
    op.drop_column("champion_topics", "since")
    op.drop_index("ix_champions_confirmed_at", "champions")
    for name in ("still_asked_at", "confirmed_at", "trained", *reversed(ROLES)):
        op.drop_column("champions", name)
