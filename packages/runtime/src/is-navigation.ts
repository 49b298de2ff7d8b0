import type { FastifyRequest } from 'fastify';

/** Whether a person's browser asks for a page, as it says by what it accepts; programs and scripts do not say so. */
export function isNavigation({ method, headers: { accept } }: FastifyRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && accept?.includes('text/html') === true;
}
