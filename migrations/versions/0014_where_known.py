"""whoever knows about a topic, by where they are: a topic in a place is read like a topic"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_BY_TOPIC = ["topic_id", "rank", "turn", "person_id"]


def upgrade() -> None:
    op.create_index("ix_people_where", "people", ["id", "organisation_id", "place"], unique=True)
    where = (
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id", "organisation_id", "place"],
            ["people.id", "people.organisation_id", "people.place"],
            name=op.f("fk_knows_person_id_people"),
            onupdate="CASCADE",
        ),
    )
    _replace(*where)
    op.execute(
        "INSERT INTO knows SELECT known.topic_id, known.person_id, known.rank, known.turn, people.organisation_id,"
        " people.place FROM known_before AS known JOIN people ON people.id = known.person_id"
    )
    op.drop_table("known_before")
    op.create_index("ix_knows_topic_id_rank", "knows", [*_BY_TOPIC, "organisation_id"])
    op.create_index(
        "ix_knows_topic_id_place", "knows", ["topic_id", "place", "rank", "turn", "person_id", "organisation_id"]
    )
    op.create_index(
        "ix_knows_topic_id_organisation_id",
        "knows",
        ["topic_id", "organisation_id", "rank", "turn", "person_id", "place"],
    )
    op.create_index("ix_knows_person_id", "knows", ["person_id"])


def downgrade() -> None:
    _replace(sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_knows_person_id_people")))
    op.execute("INSERT INTO knows SELECT topic_id, person_id, rank, turn FROM known_before")
    op.drop_table("known_before")
    op.create_index("ix_knows_topic_id_rank", "knows", _BY_TOPIC)
    op.create_index("ix_knows_person_id", "knows", ["person_id"])
    op.drop_index("ix_people_where", "people")


def _replace(*others: sa.schema.SchemaItem) -> None:
    """The table anew, the old one aside: its names must be free, and SQLite cannot change a foreign key."""
    op.execute("CREATE TABLE known_before AS SELECT * FROM knows")
    op.drop_table("knows")
    op.create_table(
        "knows",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        *others,
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_knows_topic_id_topics")),
        sa.PrimaryKeyConstraint("topic_id", "person_id", name=op.f("pk_knows")),
    )
