import type { Pool } from '@hopsmeter/db';
import type { Logger } from '@hopsmeter/runtime';
import type { Registry } from 'prom-client';

/** What scheduled jobs work with. */
export type JobContext = {
  readonly pool: Pool;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly settings: JobSettings;
};

/** What has to be configured before a job does anything. */
export type JobSettings = Readonly<Record<never, never>>;
