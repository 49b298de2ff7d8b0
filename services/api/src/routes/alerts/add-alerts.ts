import type { HttpApp } from '@hopsmeter/runtime';
import { addFieldProblems } from '../../contract/field-problems.ts';
import type { AlertsDeps } from './alerts-deps.ts';
import { addCreateWebhook } from './create-webhook.ts';
import { addDisableWebhook } from './disable-webhook.ts';
import { addListAlerts } from './list-alerts.ts';
import { addListDeliveries } from './list-deliveries.ts';
import { addListWebhooks } from './list-webhooks.ts';
import { addReadCap } from './read-cap.ts';
import { addRemoveCap } from './remove-cap.ts';
import { addRetryDelivery } from './retry-delivery.ts';
import { addSetCap } from './set-cap.ts';

/** Spending caps, the alerts about them and the webhooks that are told. A worker raises and delivers them. */
export async function addAlerts(scope: HttpApp, deps: AlertsDeps): Promise<void> {
  await scope.register(async (app: HttpApp) => {
    addFieldProblems(app);
    const routes = [
      [addReadCap, addSetCap, addRemoveCap, addListAlerts],
      [addListWebhooks, addCreateWebhook, addDisableWebhook, addListDeliveries, addRetryDelivery],
    ];
    for (const addRoute of routes.flat()) addRoute(app, deps);
  });
}
