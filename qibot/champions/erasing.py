"""What is held of somebody as a champion, and of what they looked for, is taken out."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.finding import index
from qibot.champions.gaps.models import Sought, SoughtWords
from qibot.champions.models import Ask, Champion, ChampionTopic
from qibot.champions.questions.models import Question
from qibot.people.models import Person


async def erase(db: AsyncSession, person: Person, now: datetime) -> None:
    """Their offer, on which days they were asked, what they looked for and asked the organisers."""
    await index.forget(db, person.id)
    for owner in (ChampionTopic.person_id, Champion.person_id, Ask.person_id, Sought.person_id, SoughtWords.person_id):
        await db.execute(delete(owner.class_).where(owner == person.id))
    await db.execute(delete(Question).where(Question.asker_id == person.id))
