export {
  createLogger,
  hideSecrets,
  LOG_LEVELS,
  type Logger,
  type LoggerOptions,
  type LogLevel,
} from './create-logger.ts';
export { createFailpoint, FAILPOINTS_FORM, type Failpoint, withFailpoints } from './failpoints.ts';
export type { HealthCheck, HealthResult } from './health-routes.ts';
export type { HttpApp } from './http-app.ts';
export { createRegistry } from './http-metrics.ts';
export {
  CONNECTIONS_MAX,
  createHttpShell,
  type HttpShell,
  type HttpShellOptions,
  REQUEST_TIMEOUT_MS,
} from './http-shell.ts';
export { isNavigation } from './is-navigation.ts';
export type { Lifecycle } from './lifecycle.ts';
export { type ListenOptions, listen } from './listen.ts';
export { ConfigError, type ConfigSchema, describeConfig, loadConfig, type SettingDescription } from './load-config.ts';
export { CONFIG_EXIT_CODE, type ConfigHost, loadConfigOrExit } from './load-config-or-exit.ts';
export type { OpenApiOptions } from './openapi.ts';
export { PROBLEM_CONTENT_TYPE, type Problem, type ProblemItem, sendProblem, statusOf, toProblem } from './problem.ts';
export { type ProcessHost, type ProcessOptions, runProcess, SHUTDOWN_DEADLINE_MS } from './run-process.ts';
export {
  countField,
  databasePasswordField,
  databaseUrlField,
  drainDelayField,
  failpointsField,
  healthPortField,
  hostField,
  logLevelField,
  portField,
  redisUrlField,
  shutdownDeadlineField,
} from './setting-fields.ts';
