/** How Redis can be run here. */
export type RedisProgram =
  | { readonly kind: 'program'; readonly path: string; readonly env: NodeJS.ProcessEnv }
  | { readonly kind: 'docker'; readonly path: string };
