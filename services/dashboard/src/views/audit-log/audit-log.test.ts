import { describe, expect, it } from 'vitest';
import { ACTIONS, actionText } from './action-text.ts';
import { compareValues, fieldText } from './compare-values.ts';

describe('a change in words', () => {
  it('is noun and verb', () => {
    expect(actionText('create_cluster_key')).toBe('Cluster key created');
    expect(actionText('close_month')).toBe('Month closed');
    expect(actionText('withdraw_namespace_rule')).toBe('Namespace rule withdrawn');
  });

  it('is told as it stands when its verb is not known', () => {
    expect(actionText('frobnicate_thing')).toBe('Frobnicate thing');
    expect(actionText('create')).toBe('Create');
  });

  it('of each that can be chosen has a verb that is known', () => {
    expect(ACTIONS.filter((action) => actionText(action).toLowerCase() === action.replaceAll('_', ' '))).toEqual([]);
  });
});

describe('before and after', () => {
  it('stand side by side, what changed first', () => {
    expect(compareValues({ name: 'a', email: null, same: 1 }, { same: 1, name: 'b', email: null, added: [1] })).toEqual(
      [
        { name: 'name', before: 'a', after: 'b', isChanged: true },
        { name: 'added', before: undefined, after: '[\n  1\n]', isChanged: true },
        { name: 'email', before: 'none', after: 'none', isChanged: false },
        { name: 'same', before: '1', after: '1', isChanged: false },
      ],
    );
  });

  it('may be missing, or no object', () => {
    expect(compareValues(null, null)).toEqual([]);
    expect(compareValues(null, 'x')).toEqual([{ name: 'value', before: undefined, after: 'x', isChanged: true }]);
    expect(fieldText('accountOwnerId')).toBe('account owner id');
  });
});
