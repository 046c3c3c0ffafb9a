/**
 * What can come of a login of a user with a key.
 */

/** What came of a login. */
export type LoginOutcome =
  | 'open'
  /** 207: another client of the user has the session. */
  | 'elsewhere'
  /** 204: the server knows the id with another key, or without one. */
  | 'denied'
  /** 202: the server does not know the id. */
  | 'unregistered'
  /** The connection was closed, or what came was not TLS, or the reply asks to come back later. */
  | 'busy'
  /** There was no connection, or no reply in time. */
  | 'unreachable'
  /** Another server answers at the known address. Nothing was sent. */
  | 'changed'
  /** The user has shut out this machine. */
  | 'revoked'
  /** The key is not on this machine any longer. */
  | 'no-key';

/** Why a session has ended for good, until the user signs in again. */
export type SessionEnd = Extract<LoginOutcome, 'elsewhere' | 'denied' | 'changed' | 'revoked' | 'no-key'>;
