import type { Program } from '../program/package.ts';

/** How Redis can be run here. */
export type RedisProgram =
  | ({ readonly kind: 'program' } & Program)
  | { readonly kind: 'docker'; readonly path: string };
