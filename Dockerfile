FROM python:3.12-slim AS build
RUN python -m venv /venv
COPY requirements/runtime.txt .
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r runtime.txt

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 qibot && install -d -o qibot -g qibot /data
COPY --from=build /venv /venv
WORKDIR /app
COPY pyproject.toml LICENSE ./
COPY migrations migrations
COPY qibot qibot
# The database file of a small installation lives in /data; give QIBOT_DATABASE_URL for PostgreSQL.
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    QIBOT_HOST=0.0.0.0 \
    QIBOT_PORT=8000 \
    QIBOT_DATABASE_URL=sqlite+aiosqlite:////data/qibot.db
USER qibot
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", \
    "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['QIBOT_PORT'] + '/healthz', timeout=4)"]
# It drains for up to 15 seconds after SIGTERM: stop it with a longer grace than Docker's 10.
CMD ["python", "-m", "qibot", "serve"]
