import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { addDatabasePassword } from './database-url.ts';

describe('the password of a database', () => {
  it.each(['secret', 'p@ss/word', 'a:b?c#d%41 é\'"\\[]|&+='])('arrives at the driver as it was: %s', (password) => {
    const url = addDatabasePassword('postgresql://user.ref@db.example:6543/postgres?sslmode=disable', password);
    const client = new pg.Client({ connectionString: url });
    expect([client.user, client.password, client.host, client.port, client.database]).toEqual([
      'user.ref',
      password,
      'db.example',
      6543,
      'postgres',
    ]);
  });

  it.each([
    'postgres://user:own@db.example/postgres',
    'postgres://db.example/postgres',
    'postgres:///postgres?host=%2Ftmp',
  ])('changes nothing where the URL has one, or nobody to have it: %s', (url) => {
    expect(addDatabasePassword(url, 'other')).toBe(url);
  });

  it('is left out where none is given', () => {
    expect(addDatabasePassword('postgres://user@db.example/postgres', undefined)).toBe(
      'postgres://user@db.example/postgres',
    );
  });
});
