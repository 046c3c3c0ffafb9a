/**
 * Reads from certificate chains the facts that the rules in protocol/acceptance.ts need.
 */

import type { X509Certificate } from 'node:crypto';
import { CHAIN_LENGTH, type ChainFacts } from '../protocol/acceptance.js';
import { certifiedKey } from './ed25519.js';

/**
 * Reads the facts of a chain.
 *
 * @param certificates The certificates, of which the device's is the first. Ignores all after the third.
 */
export function readChainFacts(certificates: readonly X509Certificate[]): ChainFacts {
  const [device, identity] = certificates;
  const counted = certificates.slice(0, CHAIN_LENGTH + 1);
  return {
    certificates: counted.length,
    bytes: counted.reduce((sum, certificate) => sum + certificate.raw.length, 0),
    deviceKey: device && certifiedKey(device),
    identityKey: identity && certifiedKey(identity),
    deviceName: device && commonNameOf(device),
    isDeviceSigned: isSignedBy(device, identity),
    isIdentitySigned: isSignedBy(identity, identity),
  };
}

/**
 * Returns the certificates of a chain that a peer sent, beginning with the device's. Stops after the third
 * certificate, because the handshake accepts long chains, even one of 200 certificates.
 */
export function walkChain(first: X509Certificate | undefined): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let next = first; next !== undefined && chain.length <= CHAIN_LENGTH; next = next.issuerCertificate) {
    chain.push(next);
  }
  return chain;
}

/** The common name of a certificate, if its subject has no other field; otherwise `undefined`. */
function commonNameOf(certificate: X509Certificate): string | undefined {
  // Node writes one line for each field of a subject. The dot does not match a line end, so a subject with a
  // second field does not match.
  return /^CN=(.*)$/.exec(certificate.subject ?? '')?.[1];
}

function isSignedBy(signed: X509Certificate | undefined, signer: X509Certificate | undefined): boolean {
  if (signed === undefined || signer === undefined || certifiedKey(signer) === undefined) return false;
  try {
    return signed.verify(signer.publicKey);
  } catch {
    return false;
  }
}
