"""What the network keeps for itself: when somebody's next digest is due."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from qibot.database import Base


class Digest(Base):
    """Of somebody who follows topics: everything before the day `told_until` (UTC) is told or on its way.

    `next_at` is when to look again.
    """

    __tablename__ = "digests"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    told_until: Mapped[date]
    next_at: Mapped[datetime] = mapped_column(index=True)
