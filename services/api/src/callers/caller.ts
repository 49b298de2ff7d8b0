/** Who sent a request, as far as it was proven. What a caller may do follows from its kind. */
export type Caller = ServiceRole;

/** A service of ours that holds the service role key. It sees every account. */
export type ServiceRole = { readonly kind: 'service_role' };

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent the request; set before the handler of every route below /v1 runs. */
    caller: Caller;
  }
}
