/** Who sent a request, as far as it was proven. What a caller may do follows from it, see access.ts. */
export type Caller = ServiceRole | Person;

/** A service of ours that holds the service role key. */
export type ServiceRole = { readonly kind: 'service_role' };

/** Somebody who proved with an access token to be the Auth0 user `userId`. */
export type Person = Staff | Owner | Member | Stranger;

/** Billing staff, whatever else they are: the token carries `billing:read`, or `billing:admin` for `admin`. */
export type Staff = { readonly kind: 'staff'; readonly userId: string; readonly rights: 'read' | 'admin' };

/** An account owner: the account has the owner's user id. */
export type Owner = { readonly kind: 'owner'; readonly userId: string };

/** A member of somebody's account. */
export type Member = { readonly kind: 'member'; readonly userId: string; readonly accountOwnerId: string };

/** Somebody whom Auth0 knows and we do not (yet), such as one who was invited. */
export type Stranger = { readonly kind: 'stranger'; readonly userId: string };

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent the request; set before the handler of every route below /v1 runs. */
    caller: Caller;
  }
}
