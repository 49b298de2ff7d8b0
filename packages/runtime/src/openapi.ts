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
      ...(bearer === undefined
        ? {}
        : {
            components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: bearer } } },
            security: [{ bearer: [] }],
          }),
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
