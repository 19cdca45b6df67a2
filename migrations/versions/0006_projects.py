"""working on projects, stories, tests of change, and who may see a project"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "project_showings",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("shown", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_project_showings_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_project_showings")),
    )
    op.create_table(
        "small_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_small_changes_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_small_changes_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_small_changes")),
        sa.UniqueConstraint("person_id", "on", "words", name=op.f("uq_small_changes_person_id_on_words")),
    )
    op.create_index("ix_small_changes_on", "small_changes", ["on", "id"], unique=False)
    op.create_table(
        "driver_diagrams",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=3000), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_driver_diagrams_project_id_projects")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_driver_diagrams")),
    )
    op.create_table(
        "pdsa_cycles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("objective", sa.String(length=150), nullable=False),
        sa.Column("prediction", sa.String(length=600), nullable=False),
        sa.Column("plan", sa.String(length=800), nullable=False),
        sa.Column("data", sa.String(length=150), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened", sa.String(length=1000), nullable=False),
        sa.Column("compared", sa.String(length=15), nullable=False),
        sa.Column("learned", sa.String(length=800), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("next", sa.String(length=150), nullable=False),
        sa.Column("studied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("prediction <> ''", name="ck_pdsa_cycles_predicted"),
        sa.CheckConstraint(
            "studied_at IS NULL OR (happened <> '' AND compared <> '' AND act <> '')", name="ck_pdsa_cycles_studied"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_pdsa_cycles_by_id_people")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_pdsa_cycles_project_id_projects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pdsa_cycles")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_pdsa_cycles_project_id_number")),
    )
    op.create_index(
        "uq_pdsa_cycles_open",
        "pdsa_cycles",
        ["project_id"],
        unique=True,
        sqlite_where=sa.text("studied_at IS NULL"),
        postgresql_where=sa.text("studied_at IS NULL"),
    )
    op.create_table(
        "project_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_project_calls_by_id_people")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_project_calls_project_id_projects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_calls")),
    )
    op.create_index("ix_project_calls_project_id_asked_at", "project_calls", ["project_id", "asked_at"], unique=False)
    op.create_table(
        "project_follows",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_project_follows_person_id_people")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_project_follows_project_id_projects")),
        sa.PrimaryKeyConstraint("project_id", "person_id", name=op.f("pk_project_follows")),
    )
    op.create_index("ix_project_follows_person_id", "project_follows", ["person_id", "project_id"], unique=False)
    op.create_table(
        "project_handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("from_id <> to_id", name="ck_project_handovers_two_people"),
        sa.ForeignKeyConstraint(["from_id"], ["people.id"], name=op.f("fk_project_handovers_from_id_people")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_project_handovers_project_id_projects")),
        sa.ForeignKeyConstraint(["to_id"], ["people.id"], name=op.f("fk_project_handovers_to_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_handovers")),
    )
    op.create_index(
        "ix_project_handovers_open_expires_at",
        "project_handovers",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(op.f("ix_project_handovers_to_id"), "project_handovers", ["to_id"], unique=False)
    op.create_index(
        "uq_project_handovers_open",
        "project_handovers",
        ["project_id", "to_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "project_updates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=600), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_project_updates_person_id_people")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_project_updates_project_id_projects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_updates")),
    )
    op.create_index("ix_project_updates_project_id_at", "project_updates", ["project_id", "at"], unique=False)
    op.create_table(
        "stories",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("hoped", sa.String(length=800), nullable=False),
        sa.Column("tried", sa.String(length=1500), nullable=False),
        sa.Column("in_the_way", sa.String(length=800), nullable=False),
        sa.Column("got_past", sa.String(length=800), nullable=False),
        sa.Column("learned", sa.String(length=1500), nullable=False),
        sa.Column("who_else", sa.String(length=150), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("shared_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_stories_author_id_people")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_stories_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_stories_project_id_projects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
        sa.UniqueConstraint("project_id", name=op.f("uq_stories_project_id")),
    )
    op.create_index("ix_stories_author_id", "stories", ["author_id"], unique=False)
    op.create_index("ix_stories_shared_on", "stories", ["shared_on"], unique=False)
    op.create_table(
        "story_topics",
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_topics_story_id_stories")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_story_topics_topic_id_topics")),
        sa.PrimaryKeyConstraint("story_id", "topic_id", name=op.f("pk_story_topics")),
    )
    op.create_index("ix_story_topics_topic_id", "story_topics", ["topic_id", "story_id"], unique=False)
    op.add_column("projects", sa.Column("progress", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("projects", sa.Column("progress_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("projects", sa.Column("improving_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("projects", sa.Column("deciding", sa.String(length=10), nullable=False, server_default=""))
    op.add_column("projects", sa.Column("paused_until", sa.Date(), nullable=True))
    op.add_column("projects", sa.Column("stall_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("projects", sa.Column("story_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_projects_improving_since",
        "projects",
        ["improving_since"],
        unique=False,
        sqlite_where=sa.text("story_asked_at IS NULL AND improving_since IS NOT NULL"),
        postgresql_where=sa.text("story_asked_at IS NULL AND improving_since IS NOT NULL"),
    )
    op.create_index(
        "ix_projects_live_place",
        "projects",
        ["organisation_id", "place"],
        unique=False,
        sqlite_where=sa.text("stage IN ('idea', 'under way')"),
        postgresql_where=sa.text("stage IN ('idea', 'under way')"),
    )
    op.create_index(
        "ix_projects_live_updated_at",
        "projects",
        ["updated_at"],
        unique=False,
        sqlite_where=sa.text("stage IN ('idea', 'under way')"),
        postgresql_where=sa.text("stage IN ('idea', 'under way')"),
    )
    op.create_index(
        "ix_projects_stuck_progress_at",
        "projects",
        ["progress_at"],
        unique=False,
        sqlite_where=sa.text("progress = 5 AND stage IN ('idea', 'under way')"),
        postgresql_where=sa.text("progress = 5 AND stage IN ('idea', 'under way')"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_projects_stuck_progress_at",
        table_name="projects",
        sqlite_where=sa.text("progress = 5 AND stage IN ('idea', 'under way')"),
        postgresql_where=sa.text("progress = 5 AND stage IN ('idea', 'under way')"),
    )
    op.drop_index(
        "ix_projects_live_updated_at",
        table_name="projects",
        sqlite_where=sa.text("stage IN ('idea', 'under way')"),
        postgresql_where=sa.text("stage IN ('idea', 'under way')"),
    )
    op.drop_index(
        "ix_projects_live_place",
        table_name="projects",
        sqlite_where=sa.text("stage IN ('idea', 'under way')"),
        postgresql_where=sa.text("stage IN ('idea', 'under way')"),
    )
    op.drop_index(
        "ix_projects_improving_since",
        table_name="projects",
        sqlite_where=sa.text("story_asked_at IS NULL AND improving_since IS NOT NULL"),
        postgresql_where=sa.text("story_asked_at IS NULL AND improving_since IS NOT NULL"),
    )
    op.drop_column("projects", "story_asked_at")
    op.drop_column("projects", "stall_asked_at")
    op.drop_column("projects", "paused_until")
    op.drop_column("projects", "deciding")
    op.drop_column("projects", "improving_since")
    op.drop_column("projects", "progress_at")
    op.drop_column("projects", "progress")
    op.drop_index("ix_story_topics_topic_id", table_name="story_topics")
    op.drop_table("story_topics")
    op.drop_index("ix_stories_shared_on", table_name="stories")
    op.drop_index("ix_stories_author_id", table_name="stories")
    op.drop_table("stories")
    op.drop_index("ix_project_updates_project_id_at", table_name="project_updates")
    op.drop_table("project_updates")
    op.drop_index(
        "uq_project_handovers_open",
        table_name="project_handovers",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(op.f("ix_project_handovers_to_id"), table_name="project_handovers")
    op.drop_index(
        "ix_project_handovers_open_expires_at",
        table_name="project_handovers",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_table("project_handovers")
    op.drop_index("ix_project_follows_person_id", table_name="project_follows")
    op.drop_table("project_follows")
    op.drop_index("ix_project_calls_project_id_asked_at", table_name="project_calls")
    op.drop_table("project_calls")
    op.drop_index(
        "uq_pdsa_cycles_open",
        table_name="pdsa_cycles",
        sqlite_where=sa.text("studied_at IS NULL"),
        postgresql_where=sa.text("studied_at IS NULL"),
    )
    op.drop_table("pdsa_cycles")
    op.drop_table("driver_diagrams")
    op.drop_index("ix_small_changes_on", table_name="small_changes")
    op.drop_table("small_changes")
    op.drop_table("project_showings")
