import { PARK_REASONS } from '@hopsmeter/usage';
import { expect, it } from 'vitest';
import { REASON_KEYS, reasonText } from './reasons.ts';

it('explains every reason that there is, and no other', () => {
  expect([...REASON_KEYS].sort()).toEqual([...PARK_REASONS].sort());
});

it('shows a reason of a newer api by its own name', () => {
  expect(reasonText('brand_new')).toEqual({ name: 'brand_new', meaning: '', remedy: '' });
});
