export * from './directory.ts';
export * from './pricing.ts';
export * from './statements.ts';
export * from './usage.ts';
