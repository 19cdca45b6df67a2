"""what searches for people read"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("at", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_evidence_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("person_id", "kind", "subject", name=op.f("uq_evidence_person_id_kind_subject")),
    )
    op.create_index("ix_evidence_kind_subject", "evidence", ["kind", "subject"])
    op.create_table(
        "evidence_topics",
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_topics_evidence_id_evidence")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_evidence_topics_topic_id_topics")),
        sa.PrimaryKeyConstraint("evidence_id", "topic_id", name=op.f("pk_evidence_topics")),
    )
    op.create_table(
        "evidence_words",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_words_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("word", "evidence_id", name=op.f("pk_evidence_words")),
    )
    op.create_index("ix_evidence_words_evidence_id", "evidence_words", ["evidence_id"])
    op.create_table(
        "knows",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_knows_person_id_people")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_knows_topic_id_topics")),
        sa.PrimaryKeyConstraint("topic_id", "person_id", name=op.f("pk_knows")),
    )
    op.create_index("ix_knows_topic_id_rank", "knows", ["topic_id", "rank", "turn", "person_id"])
    op.create_index("ix_knows_person_id", "knows", ["person_id"])
    op.create_index("ix_people_place", "people", ["place"])
    # Whose turn it is stands beside what they are known for.
    op.drop_index("ix_champion_topics_topic_id_turn", table_name="champion_topics")
    with op.batch_alter_table("champion_topics") as batch:
        batch.drop_column("turn")
    op.create_index("ix_champion_topics_topic_id", "champion_topics", ["topic_id"])


def downgrade() -> None:
    op.drop_index("ix_champion_topics_topic_id", table_name="champion_topics")
    with op.batch_alter_table("champion_topics") as batch:
        batch.add_column(sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_champion_topics_topic_id_turn", "champion_topics", ["topic_id", "turn", "person_id"])
    op.drop_index("ix_people_place", table_name="people")
    for table in ("knows", "evidence_words", "evidence_topics", "evidence"):
        op.drop_table(table)
