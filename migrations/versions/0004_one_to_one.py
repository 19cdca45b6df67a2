"""what an asker shows, suggestions, people kept apart, reports of misuse"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "introductions", sa.Column("shows", sa.String(length=10), server_default=sa.text("'role'"), nullable=False)
    )
    op.add_column("introductions", sa.Column("held_back", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "introduction_suggestions",
        sa.Column("introduction_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["introduction_id"],
            ["introductions.id"],
            name=op.f("fk_introduction_suggestions_introduction_id_introductions"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_introduction_suggestions_person_id_people")
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_introduction_suggestions_topic_id_topics")),
        sa.PrimaryKeyConstraint("introduction_id", name=op.f("pk_introduction_suggestions")),
    )
    op.create_table(
        "not_with",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(length=500), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("person_id <> other_id", name="ck_not_with_two_people"),
        sa.ForeignKeyConstraint(["other_id"], ["people.id"], name=op.f("fk_not_with_other_id_people")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_not_with_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_with")),
    )
    with op.batch_alter_table("not_with", schema=None) as batch_op:
        batch_op.create_index("ix_not_with_other_id", ["other_id"], unique=False)
        batch_op.create_index(
            "uq_not_with_person_id_label",
            ["person_id", "label"],
            unique=True,
            sqlite_where=sa.text("other_id IS NULL"),
            postgresql_where=sa.text("other_id IS NULL"),
        )
        batch_op.create_index("uq_not_with_person_id_other_id", ["person_id", "other_id", "label"], unique=True)

    op.create_table(
        "misuse_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("introduction_id", sa.Integer(), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("closed_at IS NULL OR words = ''", name="ck_misuse_reports_wiped"),
        sa.ForeignKeyConstraint(["about_id"], ["people.id"], name=op.f("fk_misuse_reports_about_id_people")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["people.id"], name=op.f("fk_misuse_reports_closed_by_id_people")),
        sa.ForeignKeyConstraint(
            ["introduction_id"], ["introductions.id"], name=op.f("fk_misuse_reports_introduction_id_introductions")
        ),
        sa.ForeignKeyConstraint(["reporter_id"], ["people.id"], name=op.f("fk_misuse_reports_reporter_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_misuse_reports")),
    )
    with op.batch_alter_table("misuse_reports", schema=None) as batch_op:
        batch_op.create_index("ix_misuse_reports_closed_at", ["closed_at"], unique=False)
        batch_op.create_index(
            "uq_misuse_reports_open",
            ["introduction_id", "reporter_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )


def downgrade() -> None:
    op.drop_table("misuse_reports")
    op.drop_table("not_with")
    op.drop_table("introduction_suggestions")
    op.drop_column("introductions", "held_back")
    op.drop_column("introductions", "shows")
