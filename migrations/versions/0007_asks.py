"""how often somebody was asked is noted of everybody, champion or not"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create("asks", "people", "id")
    op.execute("INSERT INTO asks (id, person_id, at) SELECT id, person_id, at FROM champion_asks")
    op.drop_table("champion_asks")
    if op.get_bind().dialect.name == "postgresql":
        # The numbers came with their rows, and PostgreSQL counts on from where it was.
        op.execute("SELECT setval(pg_get_serial_sequence('asks', 'id'), coalesce(max(id), 0) + 1, false) FROM asks")
    # Leads and others who have made no offer were counted by their introductions.
    op.execute(
        "INSERT INTO asks (person_id, at) SELECT champion_id, asked_at FROM introductions"
        " WHERE champion_id NOT IN (SELECT person_id FROM champions)"
    )


def downgrade() -> None:
    _create("champion_asks", "champions", "person_id")
    op.execute(
        "INSERT INTO champion_asks (person_id, at) SELECT person_id, at FROM asks"
        " WHERE person_id IN (SELECT person_id FROM champions)"
    )
    op.drop_table("asks")


def _create(table: str, whose: str, column: str) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], [f"{whose}.{column}"], name=op.f(f"fk_{table}_person_id_{whose}")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_person_id_at", table, ["person_id", "at"], unique=False)
