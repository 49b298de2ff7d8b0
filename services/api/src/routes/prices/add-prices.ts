import type { Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { addFieldProblems } from '../../contract/field-problems.ts';
import { addChangePrices } from './change-prices.ts';
import { addCreateMeter } from './create-meter.ts';
import { addCreateRateCard } from './create-rate-card.ts';
import { addListGpuModels } from './list-gpu-models.ts';
import { addListMeters } from './list-meters.ts';
import { addListPriceChanges } from './list-price-changes.ts';
import { addListPriceOverrides } from './list-price-overrides.ts';
import { addListRateCards } from './list-rate-cards.ts';
import { addReadPriceChange } from './read-price-change.ts';
import { addReadPrices } from './read-prices.ts';
import { addRemoveGpuModel } from './remove-gpu-model.ts';
import { addSetGpuModel } from './set-gpu-model.ts';

/** What usage costs, and changing it. */
export async function addPrices(scope: HttpApp, pool: Pool): Promise<void> {
  await scope.register(async (app: HttpApp) => {
    addFieldProblems(app);
    const routes = [
      [addListMeters, addCreateMeter, addListGpuModels, addSetGpuModel, addRemoveGpuModel],
      [addListRateCards, addCreateRateCard, addReadPrices, addListPriceOverrides],
      [addListPriceChanges, addReadPriceChange, addChangePrices],
    ];
    for (const addRoute of routes.flat()) addRoute(app, pool);
  });
}
