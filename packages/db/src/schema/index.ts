export * from './directory.ts';
export * from './usage.ts';
