# Consumer, gateway and command line in one image. `docker build -t tidegate .` at the root of the clone;
# what it runs needs a configuration in /etc/tidegate and writes to no disk.
ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY CHANGELOG.md LICENSE README.md tsconfig.base.json ./
COPY src ./src
COPY redis-http ./redis-http
COPY cdc-consumer ./cdc-consumer
COPY gateway ./gateway
COPY infra/local ./infra/local
COPY dashboard ./dashboard
COPY cli ./cli
# What is published is what runs: the packed package, with the versions that the lockfile has.
RUN npm pack && mkdir app && tar -xzf tidegate-*.tgz --strip-components=1 -C app
# `npm ci` would leave out the driver: it is a peer, which the lockfile has for development only.
RUN cp package-lock.json app/ && cd app && npm pkg delete devDependencies && npm install --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production
COPY --from=build /build/app /app
COPY infra/docker/healthcheck.ts /app/healthcheck.ts
# By number, because Kubernetes cannot tell from a name that it is not root.
USER 1000:1000
WORKDIR /etc/tidegate
EXPOSE 4444 9187
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "/app/healthcheck.ts"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["agent"]
