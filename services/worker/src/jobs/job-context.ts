import type { Pool } from '@hopsmeter/db';
import type { Logger } from '@hopsmeter/runtime';
import type { Registry } from 'prom-client';
import type { FollowingSettings } from '../following/following-settings.ts';
import type { StripeExportSettings } from '../stripe/stripe-settings.ts';
import type { DeliverySettings } from '../webhooks/deliver-due.ts';

/** What scheduled jobs work with. */
export type JobContext = {
  readonly pool: Pool;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly settings: JobSettings;
};

/** What has to be configured before a job does anything. */
export type JobSettings = {
  /** Default: nothing is sent to Stripe. */
  readonly stripe?: StripeExportSettings | undefined;
  /** Default: alerts are raised, and nothing is posted. */
  readonly webhooks?: DeliverySettings | undefined;
  /** Default: no application is followed. */
  readonly following?: FollowingSettings | undefined;
};
