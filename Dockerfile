# The web server alone; PostgreSQL and Redis are servers of their own (docker-compose.yml).
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 BIND=0.0.0.0 PORT=8080 DHIS2API_HOME=/data
WORKDIR /srv/dhis2api

COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

COPY . .
RUN useradd --system --no-create-home dhis2api && install -d -o dhis2api -g dhis2api -m 0700 /data
USER dhis2api
VOLUME /data
EXPOSE 8080

HEALTHCHECK --start-period=60s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/health/ready')"]
CMD ["gunicorn", "dhis2api.wsgi:application", "-c", "python:dhis2api.embedded.gunicorn_config"]
