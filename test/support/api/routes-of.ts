import type { HttpApp } from '@hopsmeter/runtime';

/**
 * The routes below /v1, /api/v1 and /api/v2 that Fastify itself says it answers, as `GET /v1/accounts`: read from the
 * tree that it prints. HEAD is left out, which Fastify adds to every GET.
 */
export function routesOf(app: HttpApp): string[] {
  const parents: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', part = '', methods = ''] = /^([│├└─\s]*)(\S.*?)(?: \(([A-Z, ]+)\))?$/u.exec(line) ?? [];
      const depth = indent.length / 4;
      parents.splice(depth - 1, Infinity, part);
      return methods === '' ? [] : methods.split(', ').map((method) => `${method} ${parents.join('')}`);
    })
    .filter((route) => / (?:\/api)?\/v[12]\//.test(route) && !route.startsWith('HEAD '));
}
