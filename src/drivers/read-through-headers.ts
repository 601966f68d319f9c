/**
 * What a gateway that answers with the SDK is asked and answers besides Neon's protocol and
 * `tidegate-token`. Any client may use them; `tidegate/thin` does.
 */
export const readThroughHeaders = {
  // Of a request.
  freshness: 'Tidegate-Freshness',
  /** Of an answer: what the cache said, where it was asked. */
  cache: 'Tidegate-Cache',

  // Of an answer.
  source: 'Tidegate-Source',
  node: 'Tidegate-Node',
  region: 'Tidegate-Region',
  role: 'Tidegate-Role',
  position: 'Tidegate-Position',
  /** In ms, at most. */
  age: 'Tidegate-Age',
  /** `yes` or `maybe`, once: the token that comes with it no longer asks for what is lost. */
  lostWrites: 'Tidegate-Lost-Writes',
  /** Why the token of the request was not taken: the session began anew. */
  refusedToken: 'Tidegate-Refused-Token',
} as const
