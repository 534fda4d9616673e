# Rescue Circle in a container: the pages built, the packages of uv.lock, and a user without rights to run them.
# Mirrors: --build-arg UV_DEFAULT_INDEX=… --build-arg NPM_CONFIG_REGISTRY=…

FROM node:24-bookworm-slim AS pages
ARG NPM_CONFIG_REGISTRY
WORKDIR /pages
COPY dispatch/console/package.json dispatch/console/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY dispatch/console/ ./
RUN npm run build

FROM python:3.11-slim-bookworm AS packages
ARG UV_DEFAULT_INDEX
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
RUN pip install --no-cache-dir ${UV_DEFAULT_INDEX:+--index-url "$UV_DEFAULT_INDEX"} uv==0.13.8
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_NO_CACHE=1
WORKDIR /app
COPY pyproject.toml uv.lock README.md LICENSE ./
# By hash, and from the mirror if one is given: "uv sync" would take the files' addresses from uv.lock.
RUN uv venv --python python3.11 && \
    uv export --quiet --frozen --no-dev --no-emit-project | uv pip install --require-hashes --requirements -
COPY dispatch/ dispatch/
COPY grids/ grids/
COPY geo/ geo/
COPY sql/ sql/
COPY areas/ areas/
RUN uv pip install --no-deps --editable .

FROM python:3.11-slim-bookworm
# What sets the run sheets, with Chinese letters.
RUN apt-get update && \
    apt-get install -y --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-wqy-microhei && \
    rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --no-create-home --home-dir /data rescue-circle && \
    install -d -o rescue-circle -m 0700 /data
COPY --from=packages /app /app
COPY --from=pages /pages/built /app/dispatch/console/built
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER rescue-circle
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
# Migrates, loads the demo area at the first start, serves. DATABASE_URL says where the database is.
CMD ["python", "-P", "-m", "dispatch.up", "--host", "0.0.0.0", "--data-dir", "/data"]
