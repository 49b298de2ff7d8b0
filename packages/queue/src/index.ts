export * from './batch-codec.ts';
export * from './batch-job.ts';
