import swagger from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { HttpApp } from './http-app.ts';

export type OpenApiOptions = {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** Bearer authentication as the document names it, for example `Auth0 access token`. */
  readonly bearer?: string;
};

/** Serves `GET /openapi.json` (OpenAPI 3.1), made from the zod schemas of the routes that are added afterwards. */
export async function addOpenApi(app: HttpApp, { title, version, description, bearer }: OpenApiOptions): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: { title, version, description },
      // Wherever the document came from.
      servers: [{ url: '/' }],
      ...(bearer === undefined
        ? {}
        : {
            components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: bearer } } },
            security: [{ bearer: [] }],
          }),
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => withoutUnused(jsonSchemaTransformObject(document)),
  });
  // Written once: whoever asks needs no token, and the 270 kB took 20 ms each time, the first time 300.
  let document: string | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(app.swagger());
    return reply.type('application/json; charset=utf-8').send(document);
  });
}

/**
 * Leaves out the schemas that nothing refers to: the generator writes each one twice, as what is sent and as what is
 * read, and most are only one of them.
 */
function withoutUnused(document: object): object {
  const components = 'components' in document ? document.components : undefined;
  if (typeof components !== 'object' || components === null || !('schemas' in components)) return document;
  const schemas = Object.entries(components.schemas ?? {});
  const used = new Set<string>();
  const visit = (part: unknown): void => {
    for (const [, name] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name === undefined || used.has(name)) continue;
      used.add(name);
      visit(schemas.find(([known]) => known === name)?.[1] ?? {});
    }
  };
  visit({ ...document, components: { ...components, schemas: {} } });
  const kept = Object.fromEntries(schemas.filter(([name]) => used.has(name)));
  return { ...document, components: { ...components, schemas: kept } };
}
