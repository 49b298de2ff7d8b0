import type { Logger } from '@hopsmeter/runtime';
import type { Comparison } from '@hopsmeter/sources';
import { Gauge, type Registry } from 'prom-client';

/** Tells how far Prometheus differs from OpenCost, where both are asked: in the metrics, and in the log with names. */
export function createSourceComparison(registry: Registry, logger: Logger): Comparison {
  const ratio = new Gauge({
    name: 'collector_source_difference_ratio',
    help: 'By which part of it the last hour of Prometheus and that of OpenCost differ, by meter',
    labelNames: ['meter'],
    registers: [registry],
  });
  return {
    onCompared(window, differences) {
      for (const difference of differences) ratio.set({ meter: difference.meter }, difference.ratio);
      logger.info({ ...window, differences }, 'both sources of compute were compared');
    },
    onFailed(window, error) {
      logger.warn({ ...window, err: error, hint: 'what is billed does not need it' }, 'Prometheus was not compared');
    },
  };
}
