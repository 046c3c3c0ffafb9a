/**
 * The server's identity in the form that connections use.
 */

import type { SecureContext } from 'node:tls';
import { DeviceCredentials } from '../../keys/device-credentials.js';
import type { Identity } from '../../keys/identity.js';
import { createContext } from '../../keys/tls.js';
import type { IdentityKey } from '../../protocol/key.js';

export interface ServerIdentity {
  /** The public key, by which clients recognise the server. */
  readonly key: IdentityKey;
  /** The certificates and their keys, in OpenSSL's memory. */
  readonly context: SecureContext;
}

/**
 * Prepares an identity for TLS. Only the seed of the identity is stored, so each run of the server issues a
 * new device certificate.
 *
 * @param nowMs The wall clock, in milliseconds since 1970.
 */
export function createServerIdentity(identity: Identity, nowMs: number): ServerIdentity {
  return { key: identity.key, context: createContext(DeviceCredentials.issue(identity, { nowMs })) };
}
