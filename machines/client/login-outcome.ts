/**
 * The possible outcomes when a user with a key logs in.
 */

/** The outcome of a login. */
export type LoginOutcome =
  | 'open'
  /** 207: another client of the user has the session. */
  | 'elsewhere'
  /** 204: at the server, the id has a different key, or none. */
  | 'denied'
  /** 204: the operator of the server has banned the id, or the address of this machine. */
  | 'banned'
  /** 202: the server does not know the id. */
  | 'unregistered'
  /** The server closed the connection, did not speak TLS, or replied that it is busy. */
  | 'busy'
  /** There was no connection, or the TLS handshake did not succeed in time. Nothing was sent. */
  | 'unreachable'
  /** The request was sent, and the reply did not come. The server may have opened a session. */
  | 'lost'
  /** The server at the known address has proven a key that is not the known key. Nothing was sent. */
  | 'changed'
  /** The user has revoked the device of this machine. */
  | 'revoked'
  /** The key is no longer on this machine. */
  | 'no-key';

/**
 * Why a session has ended for good: the client logs in only when the user signs in again. `unregistered`: the
 * key of the id is on this machine, so the id was once registered, and has since been deleted.
 */
export type SessionEnd = Extract<
  LoginOutcome,
  'elsewhere' | 'denied' | 'banned' | 'unregistered' | 'changed' | 'revoked' | 'no-key'
>;
