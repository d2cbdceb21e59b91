# Plain Dockerfile syntax only: builds with BuildKit, the classic builder, Podman and Buildah alike.
FROM node:24-bookworm-slim AS base
WORKDIR /app


# What the build needs. The lock file alone decides this layer: editing sources does not repeat it.
FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
RUN npm ci


FROM dependencies AS build
# CI lets the compiler's messages through; CHECKPOINT_DISABLE keeps Prisma's CLI from calling home.
ENV CI=true CHECKPOINT_DISABLE=1
COPY tsconfig.json tsconfig.build.json prisma.config.ts ./
COPY prisma prisma
COPY scripts scripts
COPY src src
# There is no Git in the image, so the build is told. Empty: "unknown", now, package.json's version.
ARG GIT_COMMIT
ARG BUILD_DATE
ARG VERSION
RUN npm run build && find dist -name '*.map' -delete


# What the server needs. Prisma's CLI is an optional peer of its client, and the embedded PostgreSQL is
# made of optional packages: --omit=optional leaves out both.
FROM base AS runtime
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional
# Of @prisma/client's 73 MB the server loads 5: one query compiler of ten, once. Of CycloneDX' library it reads
# the schemas. Of no package does it need the tests, examples and sources in TypeScript.
RUN find node_modules/@prisma/client/runtime -type f \
      ! -name 'client.js' ! -name 'client.mjs' ! -name 'index-browser.*js' \
      ! -name 'query_compiler_small_bg.postgresql.mjs' \
      ! -name 'query_compiler_small_bg.postgresql.wasm-base64.mjs' -delete \
 && find node_modules/@cyclonedx -type f \
      ! -name package.json ! -name LICENSE ! -name NOTICE ! -name '*.schema.json' -delete \
 && find node_modules -regextype posix-extended -type d \
      -regex '.*node_modules/(@[^/]+/[^/]+|[^@/][^/]*)/([.]github|benchmarks?|docs|examples?|tests?)' \
      -prune -exec rm -r {} + \
 && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' \) -delete \
 && find node_modules -type d -empty -delete
COPY prisma/migrations prisma/migrations
COPY prisma/schema-engine prisma/schema-engine
COPY LICENSE ./
COPY --from=build /app/dist dist
# Prisma loads its parts at the first query. A part that a later version names differently, and that was
# deleted above, must fail here and not in production. The modes: sources that were checked out with a
# strict umask must still be readable for the server's user.
RUN grep -rhoE "@prisma/client/runtime/[a-z0-9_./-]+" dist/generated | sort -u > /tmp/parts \
 && test -s /tmp/parts \
 && while read -r part; do node --input-type=module -e "await import('$part')" || exit 1; done < /tmp/parts \
 && node --input-type=module -e "await (await import('/app/prisma/schema-engine/load.mjs')).loadSchemaEngine()" \
 && node --input-type=module -e "await import('/app/dist/evidence-worker.js')" \
 && rm -f .npmrc package-lock.json \
 && chmod -R a+rX,go-w /app


FROM base
# The server runs no package manager, and the one of the base image brings packages that scanners report.
RUN rm -rf /usr/local/lib/node_modules /opt/yarn-* \
      /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg
# Owned by root: the server can read its own code and never change it.
COPY --from=runtime /app ./
# No AUTH_MODE: whoever runs the image decides who may call, or the server refuses to start.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000
USER node
EXPOSE 8000
# Liveness only: a database that is away must not get the server restarted, too. There is no curl here.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The server is process 1 itself: no shell and no npm stand between it and SIGTERM.
CMD ["node", "dist/server.js"]

# Last, because they change with every commit and the layers above need not.
ARG GIT_COMMIT
ARG BUILD_DATE
ARG VERSION
LABEL org.opencontainers.image.title="secure-release-platform" \
      org.opencontainers.image.description="Self-hosted register of software projects and their releases" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${GIT_COMMIT}" \
      org.opencontainers.image.created="${BUILD_DATE}"
