export { type ApiDeps, createApiApp } from './app.ts';

export { PARAMETER_ERRORS, type ParameterErrorCode } from './contract/parameter-errors.ts';
