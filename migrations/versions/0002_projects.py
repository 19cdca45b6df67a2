"""working on projects, stories, tests of change, and who may see a project"""

import sqlalchemy as sa
from alembic import op

revision = "0002_projects"
down_revision = "0001"
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


def downgrade() -> None:
    op.drop_table("project_showings")
