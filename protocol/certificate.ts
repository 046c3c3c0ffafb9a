/**
 * Certificates of identities and devices, as DER bytes (X.509 version 3, RFC 5280; Ed25519, RFC 8410).
 * Node.js reads certificates, but cannot create them. Signing needs a private key, and only the folder keys/
 * has private keys. keys/ signs the body that this file encodes. This file then assembles the certificate
 * from the body and the signature.
 *
 * Each id has its own key, and no certificate contains an id. Certificates alone therefore do not show which
 * ids belong to one person.
 */

import { type DeviceName, encodeDeviceName } from './device.js';
import { type IdentityKey, keyBytes } from './key.js';

/** The common name in every identity's certificate. */
const IDENTITY_NAME = 'identity';

const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
/** The tags of two fields in the body of a certificate: `[0]` is its version, `[3]` its extensions. */
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

const VERSION_3 = der(VERSION, der(INTEGER, [2]));
const ED25519 = der(SEQUENCE, der(OBJECT_ID, [0x2b, 0x65, 0x70]));
const COMMON_NAME = der(OBJECT_ID, [0x55, 0x04, 0x03]);

/**
 * Certificates are valid from 1970 until the date that means "no end" in RFC 5280. A wrong clock therefore
 * does not make a certificate invalid.
 */
const VALIDITY = der(
  SEQUENCE,
  der(UTC_TIME, Buffer.from('700101000000Z')),
  der(GENERALIZED_TIME, Buffer.from('99991231235959Z')),
);

/** The extension that allows a key to sign other certificates: basicConstraints, critical, CA. */
const MAY_SIGN = der(
  EXTENSIONS,
  der(
    SEQUENCE,
    der(
      SEQUENCE,
      der(OBJECT_ID, [0x55, 0x1d, 0x13]),
      der(BOOLEAN, [0xff]),
      der(OCTET_STRING, der(SEQUENCE, der(BOOLEAN, [0xff]))),
    ),
  ),
);

/** Encodes the body of an identity's certificate, which the identity itself signs. */
export function encodeIdentityBody(identity: IdentityKey): Buffer {
  return encodeBody(1, IDENTITY_NAME, keyBytes(identity), MAY_SIGN);
}

/** Encodes the body of a device's certificate, which the identity signs. */
export function encodeDeviceBody(name: DeviceName, deviceKey: Uint8Array): Buffer {
  return encodeBody(name.serial, encodeDeviceName(name), deviceKey, Buffer.alloc(0));
}

/** Assembles a certificate from its body and its signature (64 bytes). */
export function assembleCertificate(body: Uint8Array, signature: Uint8Array): Buffer {
  return der(SEQUENCE, body, ED25519, der(BIT_STRING, [0], signature));
}

function encodeBody(serial: number, subject: string, key: Uint8Array, extensions: Uint8Array): Buffer {
  const subjectKey = der(SEQUENCE, ED25519, der(BIT_STRING, [0], key));
  const names = [encodeName(IDENTITY_NAME), VALIDITY, encodeName(subject)];
  return der(SEQUENCE, VERSION_3, encodeInteger(serial), ED25519, ...names, subjectKey, extensions);
}

function encodeName(commonName: string): Buffer {
  const value = der(UTF8_STRING, Buffer.from(commonName));
  return der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, value)));
}

/** Encodes a safe integer of at least 0 as DER: big-endian, in the fewest bytes whose first bit is 0. */
function encodeInteger(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  let start = 0;
  while (start < 7 && bytes[start] === 0 && (bytes[start + 1] as number) < 0x80) start++;
  return der(INTEGER, bytes.subarray(start));
}

/** One DER value: its tag, its length, its content. */
function der(tag: number, ...content: readonly (Uint8Array | readonly number[])[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => Uint8Array.from(part)));
  const { length } = bytes;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), bytes]);
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), bytes]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), bytes]);
}
