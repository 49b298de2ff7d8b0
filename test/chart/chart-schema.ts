import { Ajv, type ValidateFunction } from 'ajv';
import { type Chart, readChartFile } from './render-chart.ts';

/** Whether values fit the schema that Helm checks them with. */
export function compileSchema(chart: Chart): ValidateFunction {
  return new Ajv({ allowUnionTypes: true }).compile(JSON.parse(readChartFile(chart, 'values.schema.json')));
}
