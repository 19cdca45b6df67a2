"""What projects and stories are about, when two topics become one. Rules do not speak."""

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.people.topics import move_links
from qibot.projects.models import ProjectTopic
from qibot.projects.stories.models import StoryTopic


async def move_topic(db: AsyncSession, old_id: int, new_id: int) -> None:
    """Projects and stories about the one are about the other."""
    await move_links(db, ProjectTopic, old_id, new_id)
    await move_links(db, StoryTopic, old_id, new_id)
