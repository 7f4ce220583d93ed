# The controller's image: the bundle, and what it calls: git, ssh and gpg.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY LICENSE tsconfig.json ./
COPY src ./src
COPY providers ./providers
COPY crds ./crds
COPY charts/prelude ./charts/prelude
COPY test/support/build.ts test/support/notices.ts ./test/support/
RUN node test/support/build.ts

FROM ${NODE_IMAGE}
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git openssh-client gpg gpg-agent tini \
 && rm -rf /var/lib/apt/lists/* \
 # nothing is installed in a running container
 && rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
 # ssh refuses to work for a user that has no name
 && groupadd --gid 65532 prelude \
 && useradd --uid 65532 --gid 65532 --home-dir /var/cache/prelude --create-home --shell /usr/sbin/nologin prelude
COPY --from=build /build/dist /opt/prelude
ENV NODE_ENV=production HOME=/var/cache/prelude
WORKDIR /var/cache/prelude
USER 65532:65532
EXPOSE 8080
# tini: gpg and git leave processes behind, whose end somebody must take note of, and Node.js waits for none but its own children.
# SIGUSR1 would open the inspector, and with it every value in memory
ENTRYPOINT ["tini", "--", "node", "--disable-sigusr1", "/opt/prelude/prelude.js"]
CMD ["run"]
