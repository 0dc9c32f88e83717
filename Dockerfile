# Two images from one static binary, both without root:
#
#   docker build --target keyholder .       nothing but the program: plans from kept reads, checks, state in a folder
#   docker build .                          with git and a shell: CI, approvals by authorship, state on a branch
#
# The binary alone, for KEYHOLDER_URL: it links nothing and runs on any Linux.
#
#   docker build --target keyholder --output type=local,dest=. . && sha256sum keyholder
#
# Versions are named; to have the very same images each time name them by digest:
# `--build-arg RUST=rust:1.95-alpine@sha256:…` (`docker buildx imagetools inspect rust:1.95-alpine` says which).
ARG RUST=rust:1.95-alpine
ARG ALPINE=alpine:3.22

FROM ${RUST} AS build
RUN apk add --no-cache musl-dev
WORKDIR /src
COPY . .
# A program that needs a loader would not start from nothing.
RUN cargo build --release --locked && cp target/release/keyholder /keyholder \
    && ! (readelf -l /keyholder | grep -q INTERP)

# Certificates are compiled in.
FROM scratch AS keyholder
COPY --from=build /keyholder /keyholder
USER 65532:65532
WORKDIR /project
ENTRYPOINT ["/keyholder"]

FROM ${ALPINE} AS ci
# The checkout belongs to whoever runs the container, and git looks at no repository of somebody else's unless it is told to.
RUN apk add --no-cache bash ca-certificates curl git github-cli jq && adduser -D -u 65532 keyholder \
    && git config --system --add safe.directory '*'
COPY --from=build /keyholder /usr/local/bin/keyholder
COPY docs/ci/keyholder-ci.sh /usr/local/bin/keyholder-ci.sh
USER 65532:65532
WORKDIR /project
CMD ["keyholder", "--help"]
