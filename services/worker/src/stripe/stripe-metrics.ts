import { Counter, Gauge, type Registry } from 'prom-client';

export type StripeMetrics = {
  noteOutcome(kind: string): void;
  noteOpen(counts: Readonly<Record<string, number>>): void;
  noteAuthorized(isAuthorized: boolean): void;
  noteDifferences(amounts: { readonly waiting: number; readonly owed: number; readonly broken: number }): void;
};

/** The metrics of the export. Only there where the export is configured. */
export function createStripeMetrics(registry: Registry): StripeMetrics {
  const registers = [registry];
  const attempts = new Counter({
    name: 'stripe_meter_events_total',
    help: 'Calls to Stripe by what came of them',
    labelNames: ['outcome'],
    registers,
  });
  const open = new Gauge({
    name: 'stripe_remittances_open',
    help: 'Meter events that are not settled; all but pending wait for a person',
    labelNames: ['status'],
    registers,
  });
  const authorized = new Gauge({
    name: 'stripe_key_accepted',
    help: '0 after Stripe refused our key: nothing is sent',
    registers,
  });
  authorized.set(1);
  const differences = new Gauge({
    name: 'stripe_differences',
    help:
      'Customers and meters whose usage is not remitted yet, of which too much is, or whose remittances do not ' +
      'continue each other',
    labelNames: ['kind'],
    registers,
  });
  return {
    noteOutcome: (outcome) => attempts.inc({ outcome }),
    noteOpen(counts) {
      for (const [status, count] of Object.entries(counts)) open.set({ status }, count);
    },
    noteAuthorized: (isAuthorized) => authorized.set(isAuthorized ? 1 : 0),
    noteDifferences({ waiting, owed, broken }) {
      differences.set({ kind: 'waiting' }, waiting);
      differences.set({ kind: 'owed' }, owed);
      differences.set({ kind: 'broken_chain' }, broken);
    },
  };
}
