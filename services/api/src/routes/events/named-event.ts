import { parseSource } from '@hopsmeter/db';
import { EVENT_ID_LENGTH_MAX, SOURCE_LENGTH_MAX } from '@hopsmeter/usage';
import { ParameterError } from '../../contract/parameter-errors.ts';
import { isText, parameter } from '../../contract/parameters.ts';

/** The id of an event, in the path. */
export const eventIdSchema = parameter({
  parse: (text) => (isText(text, EVENT_ID_LENGTH_MAX) ? text : undefined),
  code: 'INVALID_TEXT',
  expected: `expected 1 to ${EVENT_ID_LENGTH_MAX} characters without control characters`,
  describedAs: {
    description: "The event's id",
    examples: ['eu-north-1/recommender/2026-11-22T13'],
  },
});

/** The source of an event, where the id alone could be that of several. */
export const eventSourceSchema = parameter({
  parse: (text) => (isText(text, SOURCE_LENGTH_MAX) && parseSource(text) !== undefined ? text : undefined),
  code: 'INVALID_TEXT',
  expected: 'expected urn:hopsworks:cluster:<cluster id>, or that and / or : and a path',
  describedAs: {
    description:
      "The event's source. Without it the event is looked for under the own source of every cluster, " +
      '`urn:hopsworks:cluster:<cluster id>`',
    examples: ['urn:hopsworks:cluster:8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'],
  },
});

/** What a caller is told who has to name the source. */
export function toAmbiguity(sources: readonly string[]): ParameterError {
  return new ParameterError(
    sources.map((source) => ({ parameter: 'source', code: 'AMBIGUOUS_EVENT', detail: source })),
  );
}
