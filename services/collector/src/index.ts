export { type Collector, type CollectorOptions, createCollector } from './collector.ts';
export type { Clock } from './follow-context.ts';
export { keepMemorySmall } from './keep-memory-small.ts';
