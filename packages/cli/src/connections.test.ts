import { describe, expect, it } from 'vitest';
import { CliError, describeError, unreachable } from './cli-error.ts';
import { databaseUrlOf, migrationUrlOf, redisUrlOf } from './connections.ts';

describe('the servers that the environment names', () => {
  it('are none when variables are missing or empty', () => {
    for (const env of [{}, { DATABASE_URL: ' ', DATABASE_DIRECT_URL: '', REDIS_URL: '' }])
      expect([databaseUrlOf(env), migrationUrlOf(env), redisUrlOf(env)]).toEqual([undefined, undefined, undefined]);
  });

  it('are migrated directly where a direct URL is given', () => {
    const env = { DATABASE_URL: 'postgres://a@pool:6543/x', DATABASE_DIRECT_URL: 'postgres://a@server:5432/x' };
    expect(databaseUrlOf(env)).toBe('postgres://a@pool:6543/x');
    expect(migrationUrlOf(env)).toBe('postgres://a@server:5432/x');
    expect(migrationUrlOf({ DATABASE_URL: env.DATABASE_URL })).toBe('postgres://a@pool:6543/x');
  });

  it('get the password of Supabase only where they have none', () => {
    const SUPABASE_DB_PASSWORD = 'p@ss/word';
    expect(databaseUrlOf({ DATABASE_URL: 'postgres://a@h/x', SUPABASE_DB_PASSWORD })).toBe(
      'postgres://a:p%40ss%2Fword@h/x',
    );
    expect(databaseUrlOf({ DATABASE_URL: 'postgres://a:own@h/x', SUPABASE_DB_PASSWORD })).toBe('postgres://a:own@h/x');
  });

  it('are refused when they are no URLs of that kind, without showing the value', () => {
    for (const url of ['secret', 'mysql://a:secret@h/x', 'http://secret']) {
      expect(() => databaseUrlOf({ DATABASE_URL: url })).toThrow(
        new CliError('DATABASE_URL must be a URL that starts with postgres:// or postgresql://.'),
      );
      expect(() => redisUrlOf({ REDIS_URL: url })).toThrow(/^REDIS_URL must be a URL that starts with redis:/);
    }
  });
});

describe('what a person reads about an error', () => {
  it('is the message alone when the error was expected', () => {
    expect(describeError(new CliError('Port 4000 is taken.'))).toBe('Port 4000 is taken.');
  });

  it('has a stack when nobody expected it', () => {
    expect(describeError(new TypeError('x is undefined'))).toMatch(/report it:\nTypeError: x is undefined\n\s+at /);
  });

  it('names the server and the reason behind, never the password', () => {
    const error = new Error('Failed query', { cause: new AggregateError([new Error('ECONNREFUSED ::1:5432')]) });
    expect(unreachable('Postgres', 'DATABASE_URL', 'postgres://u:secret@db:5432/x', error).message).toBe(
      'Postgres at db:5432 (DATABASE_URL): ECONNREFUSED ::1:5432',
    );
  });
});
