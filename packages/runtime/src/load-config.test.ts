import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError, describeConfig, loadConfig } from './load-config.ts';

const schema = z.object({
  PORT: z.coerce.number().int().min(1).max(65_535).default(4_100).describe('port to listen on'),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).describe('where the queue is'),
  MODE: z.enum(['fast', 'safe']).default('safe').describe('how'),
});

describe('loadConfig', () => {
  it('uses the defaults of what is not set or empty', () => {
    const config = loadConfig(schema, { REDIS_URL: 'redis://localhost', PORT: '', MODE: undefined });
    expect(config).toEqual({ REDIS_URL: 'redis://localhost', PORT: 4_100, MODE: 'safe' });
  });

  it('names every variable that does not fit, and never prints a secret', () => {
    const load = () => loadConfig(schema, { PORT: '70000', REDIS_URL: 'http://user:hunter2@host', MODE: 'slow' });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/PORT: .*65535; got "70000"/);
    expect(load).toThrow(/REDIS_URL: .*not shown/);
    expect(load).toThrow(/MODE: .*"fast"\|"safe"; got "slow"/);
    expect(load).not.toThrow(/hunter2/);
  });

  it('says that a required variable is not set', () => {
    expect(() => loadConfig(schema, {})).toThrow('REDIS_URL: required, but not set');
  });

  it('says what a rule between variables says, also of one that is not set', () => {
    const paired = z.object({ USER: z.string().optional(), HOST: z.string() }).superRefine((_, context) => {
      context.addIssue({ code: 'custom', path: ['USER'], message: 'HOST needs it' });
    });
    expect(() => loadConfig(paired, { HOST: 'x' })).toThrow('USER: HOST needs it');
  });
});

describe('describeConfig', () => {
  it('lists every setting with its default', () => {
    expect(describeConfig(schema)).toEqual([
      { name: 'PORT', description: 'port to listen on', defaultValue: '4100', isRequired: false, isSecret: false },
      {
        name: 'REDIS_URL',
        description: 'where the queue is',
        defaultValue: undefined,
        isRequired: true,
        isSecret: true,
      },
      { name: 'MODE', description: 'how', defaultValue: 'safe', isRequired: false, isSecret: false },
    ]);
  });
});
