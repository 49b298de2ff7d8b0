/** The demo could not be loaded; the message says why and what to do, and is all that a person needs. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}
