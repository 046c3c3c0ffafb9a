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
 * Prepares an identity for TLS. Each run of the server makes a new device: only the seed of the identity is
 * stored.
 *
 * @param nowMs The wall clock, in milliseconds since 1970.
 */
export function createServerIdentity(identity: Identity, nowMs: number): ServerIdentity {
  return { key: identity.key, context: createContext(DeviceCredentials.issue(identity, { nowMs })) };
}
