# The workshop in images, for docker-compose.yml and .devcontainer/:
#   server     the chat servers and nothing else, about 55 MB on top of Python
#   workshop   everything in requirements.lock: Locust and notebooks, about 600 MB
#   dev        Python, git and make for an editor; `make install` does the rest there
# All packages come from requirements.lock, with their hashes; nothing is compiled. What is copied
# belongs to the user who runs it, who can then read it whatever your umask was.
# Health checks are in docker-compose.yml: one image serves under several ports.

FROM python:3.13.12-slim-bookworm AS base
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# Volumes that are mounted at these folders belong to this user from their first use on.
RUN useradd --uid 10001 --create-home workshop \
 && install --directory --owner=workshop --group=workshop /data /workshop

# uv, of the version and with the hashes that the lock names.
FROM base AS installer
COPY requirements.lock /
RUN sed -n '/^uv==/,/# via/p' /requirements.lock > /uv.lock \
 && pip install --no-cache-dir --root-user-action=ignore --require-hashes -r /uv.lock \
 && python -m venv --without-pip /opt/venv
# Bytecode is made here, once: the running containers cannot write it.
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    VIRTUAL_ENV=/opt/venv

# The packages that requirements.in lists under the servers. The lock says which versions, and uv
# compares its hashes; --require-hashes would want a version and a hash at each name here.
FROM installer AS server-packages
RUN uv pip install --only-binary :all: --constraint /requirements.lock \
    python-socketio eventlet opentelemetry-sdk opentelemetry-exporter-jaeger \
    flask psutil opentelemetry-exporter-prometheus opentelemetry-exporter-otlp-proto-http Deprecated

FROM installer AS workshop-packages
RUN uv pip install --require-hashes --only-binary :all: -r /requirements.lock

FROM base AS server
COPY --from=server-packages /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /workshop
COPY --chown=workshop:workshop observability observability
COPY --chown=workshop:workshop challenge challenge
COPY --chown=workshop:workshop solution solution
USER workshop

FROM base AS workshop
COPY --from=workshop-packages /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /workshop
COPY --chown=workshop:workshop observability observability
COPY --chown=workshop:workshop load_test load_test
COPY --chown=workshop:workshop notebooks notebooks
USER workshop

FROM base AS dev
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git make \
 && rm -rf /var/lib/apt/lists/*
USER workshop
