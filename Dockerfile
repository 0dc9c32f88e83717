# Two images from one static binary, both without root:
#
#   docker build --target keyholder .       nothing but the program: plans from kept reads, checks, state in a folder
#   docker build .                          with git and a shell: CI, approvals by authorship, state on a branch
FROM rust:1-alpine AS build
RUN apk add --no-cache musl-dev
WORKDIR /src
COPY . .
RUN cargo build --release --locked && cp target/release/keyholder /keyholder

FROM scratch AS keyholder
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /keyholder /keyholder
USER 65532:65532
WORKDIR /project
ENTRYPOINT ["/keyholder"]

FROM alpine:3 AS ci
RUN apk add --no-cache bash ca-certificates curl git github-cli && adduser -D -u 65532 keyholder
COPY --from=build /keyholder /usr/local/bin/keyholder
COPY docs/ci/keyholder-ci.sh /usr/local/bin/keyholder-ci.sh
USER 65532:65532
WORKDIR /project
CMD ["keyholder", "--help"]
