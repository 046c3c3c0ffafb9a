/**
 * Decides which certificate chains are accepted. The server, the caller and the called client use the same
 * rules. The owner of the TLS connection extracts the facts from the chain.
 */

import { type Device, parseDeviceName } from './device.js';
import { encodeKey, type IdentityKey, isAllowedKey } from './key.js';

/** A chain has two certificates: the device's, then the identity's. */
export const CHAIN_LENGTH = 2;

/** The maximum number of bytes in all certificates of a chain together. */
export const MAX_CHAIN_BYTES = 4096;

/** What the owner of a TLS connection sees of the peer's chain. */
export interface ChainFacts {
  /** How many certificates the chain has. The owner may stop counting at {@link CHAIN_LENGTH} + 1. */
  readonly certificates: number;
  /** The length of the counted certificates in DER, in bytes. */
  readonly bytes: number;
  /** The raw Ed25519 key of the first certificate; `undefined` if it has a key of another kind. */
  readonly deviceKey: Uint8Array | undefined;
  /** The raw Ed25519 key of the second certificate; `undefined` if it has a key of another kind. */
  readonly identityKey: Uint8Array | undefined;
  /** The common name of the first certificate, if its subject has nothing else; otherwise `undefined`. */
  readonly deviceName: string | undefined;
  /** True if the signature of the first certificate verifies under the key of the second certificate. */
  readonly isDeviceSigned: boolean;
  /** True if the signature of the second certificate verifies under its own key. */
  readonly isIdentitySigned: boolean;
}

/** Why a chain was refused. */
export type ChainRefusal =
  | 'no-certificate'
  | 'wrong-count'
  | 'too-large'
  | 'refused-key'
  | 'not-signed'
  | 'no-device-name'
  | 'revoked'
  | 'own-identity';

/** What the checking side knows before it sees the chain. */
export interface AcceptanceRules {
  /**
   * Returns the highest floor (lowest serial that is not revoked) that is known for an identity; 0 if none is
   * known. Without this function, no floor is known for any identity.
   */
  readonly floorOf?: (identity: IdentityKey) => number;
  /** Set in calls: the identity of the checking side. A chain of this identity is refused. */
  readonly ownIdentity?: IdentityKey;
}

export type Acceptance =
  | { readonly device: Device; readonly refusal?: undefined }
  | { readonly device?: undefined; readonly refusal: ChainRefusal };

/** Accepts a chain, or returns the refusal of the first rule that the chain breaks. */
export function acceptChain(facts: ChainFacts, rules: AcceptanceRules = {}): Acceptance {
  if (facts.certificates === 0) return { refusal: 'no-certificate' };
  if (facts.certificates !== CHAIN_LENGTH) return { refusal: 'wrong-count' };
  if (facts.bytes > MAX_CHAIN_BYTES) return { refusal: 'too-large' };
  const { deviceKey, identityKey } = facts;
  const identity = identityKey && encodeKey(identityKey);
  if (identity === undefined || deviceKey === undefined || !isAllowedKey(deviceKey)) {
    return { refusal: 'refused-key' };
  }
  if (!facts.isDeviceSigned || !facts.isIdentitySigned) return { refusal: 'not-signed' };
  const name = parseDeviceName(facts.deviceName);
  if (name === undefined) return { refusal: 'no-device-name' };
  if (identity === rules.ownIdentity) return { refusal: 'own-identity' };
  if (name.serial < (rules.floorOf?.(identity) ?? 0)) return { refusal: 'revoked' };
  return { device: { identity, ...name } };
}
