"""projects that were read from a file, and files that wait for a yes"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _lead_may_be_missing()
    op.create_table(
        "project_imports",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("lead", sa.String(length=200), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_project_imports_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_project_imports_project_id_projects")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_project_imports")),
        sa.UniqueConstraint("organisation_id", "key", name=op.f("uq_project_imports_organisation_id_key")),
    )
    op.create_table(
        "project_files",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_project_files_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_project_files")),
    )
    op.create_index("ix_project_files_at", "project_files", ["at"], unique=False)


def downgrade() -> None:
    # The lead may go on missing: those projects have none that could be put in its place.
    op.drop_index("ix_project_files_at", table_name="project_files")
    op.drop_table("project_files")
    op.drop_table("project_imports")


def _lead_may_be_missing() -> None:
    """Let `projects.lead_id` be empty.

    SQLite cannot alter a column, and making the table anew would break what other tables refer to. It documents this
    way for taking away a NOT NULL, which nothing on the disk depends on (https://sqlite.org/lang_altertable.html).
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.alter_column("projects", "lead_id", existing_type=sa.Integer(), nullable=True)
        return
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        "UPDATE sqlite_master SET sql = replace(sql, 'lead_id INTEGER NOT NULL', 'lead_id INTEGER')"
        " WHERE type = 'table' AND name = 'projects'"
    )
    op.execute("PRAGMA writable_schema = RESET")
    columns = sa.inspect(connection).get_columns("projects")
    if not next(c["nullable"] for c in columns if c["name"] == "lead_id"):
        raise RuntimeError("projects.lead_id still refuses to be empty")
