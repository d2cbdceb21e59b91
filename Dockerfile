# Uses only basic Dockerfile syntax, so that BuildKit, the classic builder, Podman and Buildah can build it.
FROM node:24-bookworm-slim AS base
WORKDIR /app


# Dependencies of the build. Only the lock file changes this layer; editing sources does not.
FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
RUN npm ci


FROM dependencies AS build
# CI shows the compiler's messages. CHECKPOINT_DISABLE keeps Prisma's CLI from reporting to its publisher.
ENV CI=true CHECKPOINT_DISABLE=1
COPY tsconfig.json tsconfig.build.json prisma.config.ts ./
COPY prisma prisma
COPY scripts scripts
COPY src src
# The image has no Git, so these are build arguments. Empty: "unknown", the current time, package.json's version.
ARG GIT_COMMIT
ARG BUILD_DATE
ARG VERSION
RUN npm run build && find dist -name '*.map' -delete


# Dependencies of the server. Prisma's CLI is an optional peer of its client, and the embedded PostgreSQL consists
# of optional packages: --omit=optional leaves out both.
FROM base AS runtime
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional
# The server loads 5 of @prisma/client's 73 MB: one query compiler of ten. It reads only the schemas of the CycloneDX
# library, and its list of SPDX ids. It does not need tests, examples and TypeScript sources of any package.
RUN find node_modules/@prisma/client/runtime -type f \
      ! -name 'client.js' ! -name 'client.mjs' ! -name 'index-browser.*js' \
      ! -name 'query_compiler_small_bg.postgresql.mjs' \
      ! -name 'query_compiler_small_bg.postgresql.wasm-base64.mjs' -delete \
 && find node_modules/@cyclonedx -type f \
      ! -name package.json ! -name LICENSE ! -name NOTICE ! -name '*.schema.json' ! -path '*/dist.node/spdx.js' -delete \
 && find node_modules -regextype posix-extended -type d \
      -regex '.*node_modules/(@[^/]+/[^/]+|[^@/][^/]*)/([.]github|benchmarks?|docs|examples?|tests?)' \
      -prune -exec rm -r {} + \
 && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' \) -delete \
 && find node_modules -type d -empty -delete
COPY prisma/migrations prisma/migrations
COPY prisma/schema-engine prisma/schema-engine
COPY LICENSE NOTICE ./
COPY --from=build /app/dist dist
# Prisma loads its parts at the first query. If a later version renames a part that was deleted above, the build must
# fail here and not in production. chmod: the server's user must be able to read sources that were checked out with a
# strict umask.
RUN grep -rhoE "@prisma/client/runtime/[a-z0-9_./-]+" dist/generated | sort -u > /tmp/parts \
 && test -s /tmp/parts \
 && while read -r part; do node --input-type=module -e "await import('$part')" || exit 1; done < /tmp/parts \
 && node --input-type=module -e "await (await import('/app/prisma/schema-engine/load.mjs')).loadSchemaEngine()" \
 && node --input-type=module -e "await import('/app/dist/evidence-worker.js')" \
 && node dist/doctor.js --help > /tmp/help \
 && rm -f .npmrc package-lock.json \
 && chmod -R a+rX,go-w /app


FROM base
# The server does not run a package manager, and scanners report packages of the one in the base image.
RUN rm -rf /usr/local/lib/node_modules /opt/yarn-* \
      /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg
# Owned by root, so that the server can read its code but not change it.
COPY --from=runtime /app ./
# AUTH_MODE is not set: the operator must choose who may call, otherwise the server does not start.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000
# A new volume here gets this owner and mode.
RUN mkdir -m 700 /keys && chown node:node /keys
USER node
EXPOSE 8000
# Only liveness: an unavailable database must not restart the server. The image has no curl.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The server is process 1, so that it receives SIGTERM directly, without a shell or npm.
CMD ["node", "dist/server.js"]

# Last, because these change with every commit, and the layers above do not.
ARG GIT_COMMIT
ARG BUILD_DATE
ARG VERSION
LABEL org.opencontainers.image.title="secure-release-platform" \
      org.opencontainers.image.description="Release evidence, policies and verdicts: may this version ship, and can you prove it?" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${GIT_COMMIT}" \
      org.opencontainers.image.created="${BUILD_DATE}"
