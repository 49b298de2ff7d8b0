export {
  createLogger,
  type Logger,
  type LoggerOptions,
  type LogLevel,
} from './create-logger.ts';
export { createFailpoint, type Failpoint, withFailpoints } from './failpoints.ts';
export type { HealthCheck, HealthResult } from './health-routes.ts';
export type { HttpApp } from './http-app.ts';
export { createRegistry } from './http-metrics.ts';
export {
  createHttpShell,
  type HttpShell,
  type HttpShellOptions,
  REQUEST_TIMEOUT_MS,
} from './http-shell.ts';
export { isNavigation } from './is-navigation.ts';
export type { Lifecycle } from './lifecycle.ts';
export { type ListenOptions, listen } from './listen.ts';
export { ConfigError, type ConfigSchema, describeConfig, loadConfig, type SettingDescription } from './load-config.ts';
export { type ConfigHost, loadConfigOrExit } from './load-config-or-exit.ts';
export type { OpenApiOptions } from './openapi.ts';
export { type Problem, type ProblemItem, sendProblem, statusOf } from './problem.ts';
export { type ProcessHost, type ProcessOptions, runProcess } from './run-process.ts';
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
