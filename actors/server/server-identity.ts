/**
 * The server's identity, as its connections use it.
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
 * Prepares an identity for TLS. The device is made for this run of the server: only the identity's seed is
 * kept.
 *
 * @param nowMs The wall clock, in milliseconds since 1970.
 */
export function createServerIdentity(identity: Identity, nowMs: number): ServerIdentity {
  return { key: identity.key, context: createContext(DeviceCredentials.issue(identity, { nowMs })) };
}
