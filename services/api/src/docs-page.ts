import swaggerUi from '@fastify/swagger-ui';
import type { HttpApp } from '@hopsmeter/runtime';

/** Everything the page needs comes from here: no script, style or font of another host, and nothing written into it. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Serves the OpenAPI document as a page at `/docs`. */
export async function addDocsPage(app: HttpApp): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: CONTENT_SECURITY_POLICY,
    theme: { title: 'hopsmeter API' },
    uiConfig: {
      deepLinking: true,
      // Without the bar for the address of another document.
      layout: 'BaseLayout',
      displayRequestDuration: true,
      // A key that is typed in is forgotten with the page.
      persistAuthorization: false,
      // Otherwise the page sends the document's address to a validator on the internet.
      validatorUrl: null,
    },
  });
}
