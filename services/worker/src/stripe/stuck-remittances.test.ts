import type { ClaimedRemittance } from '@hopsmeter/db';
import { expect, it } from 'vitest';
import { exportUsage, type RemittanceStore } from './export-usage.ts';

const remittance = (id: string): ClaimedRemittance => ({
  id,
  identifier: id,
  stripeCustomerId: `cus_${id}`,
  eventName: 'hopsmeter_cpu_hours',
  value: '1',
  timestamp: 1_795_352_400,
  attempt: 1,
  keyNumber: 1,
  earlierAttempt: undefined,
});

it('a hundred remittances that fail, and accounts that cannot be planned for, do not stop the next', async () => {
  const due = [...Array.from({ length: 100 }, (_, i) => remittance(`bad ${i}`)), remittance('good')];
  const settled: string[] = [];
  const store: RemittanceStore = {
    plan: () => Promise.reject(new Error('an account cannot be planned for')),
    claim: async (limit) => ({ remittances: due.splice(0, limit), setAside: 0 }),
    async settle({ id }) {
      if (id.startsWith('bad')) throw new Error('the outcome was not noted');
      settled.push(id);
      return true;
    },
  };
  const options = {
    store,
    meterEvents: { send: async () => ({ kind: 'taken' }) as const },
    onOutcome: () => undefined,
    onSetAside: () => undefined,
  };
  const signal = new AbortController().signal;
  await expect(exportUsage(options, signal)).rejects.toThrow('outcomes of remittances could not be noted');
  expect(settled).toEqual(['good']);
  due.push(remittance('good, of a plan that failed for others'));
  store.plan = () => {
    due.push(remittance('good, of a plan that failed for others too'));
    return Promise.reject(new Error('an account cannot be planned for'));
  };
  await expect(exportUsage(options, signal)).rejects.toThrow('cannot be planned for');
  expect(settled).toHaveLength(3);
});
