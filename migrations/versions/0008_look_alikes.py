"""words of projects, stories and names, and why a project is different"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_WORD = sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "project_words",
        sa.Column("word", _WORD, nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("in_title", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_project_words_project_id_projects")),
        sa.PrimaryKeyConstraint("word", "project_id", name=op.f("pk_project_words")),
    )
    op.create_index("ix_project_words_project_id", "project_words", ["project_id"])
    op.create_table(
        "story_words",
        sa.Column("word", _WORD, nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_words_story_id_stories")),
        sa.PrimaryKeyConstraint("word", "story_id", name=op.f("pk_story_words")),
    )
    op.create_index("ix_story_words_story_id", "story_words", ["story_id"])
    op.create_table(
        "name_words",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_name_words_person_id_people")),
        sa.PrimaryKeyConstraint("word", "person_id", name=op.f("pk_name_words")),
    )
    op.create_index("ix_name_words_person_id", "name_words", ["person_id"])
    op.add_column("projects", sa.Column("different", sa.String(length=300), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("projects", "different")
    for table in ("name_words", "story_words", "project_words"):
        op.drop_table(table)
