# A small image that runs as a user without rights:
#   docker build --tag wakeyscan .
#   docker run --rm --network none --user "$(id -u):$(id -g)" --volume "$PWD:/repo:ro" wakeyscan audit
FROM python:3.14-slim-trixie@sha256:51dafde81dbdb6ebde285137a295cf18a47ca95234fe388a343719cb97305b3d AS build
WORKDIR /src
COPY . .
# Every dependency has a wheel: the image needs no compiler.
RUN python -m venv /opt/wakeyscan \
    && /opt/wakeyscan/bin/pip install --no-cache-dir --disable-pip-version-check . \
    && /opt/wakeyscan/bin/pip uninstall --yes --quiet pip

FROM python:3.14-slim-trixie@sha256:51dafde81dbdb6ebde285137a295cf18a47ca95234fe388a343719cb97305b3d
# No pinned version of git: a build gets its security updates.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/wakeyscan /opt/wakeyscan
ENV PATH=/opt/wakeyscan/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1
USER 65534:65534
WORKDIR /repo
ENTRYPOINT ["wakeyscan"]
CMD ["scan"]
