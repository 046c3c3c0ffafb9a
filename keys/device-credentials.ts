/**
 * The credentials of a device: the device's own key, and the certificate chain that the identity signed. The
 * seed of the identity is not part of the credentials.
 */

import { randomBytes, X509Certificate } from 'node:crypto';
import { acceptChain } from '../protocol/acceptance.js';
import { assembleCertificate, encodeDeviceBody } from '../protocol/certificate.js';
import type { Device } from '../protocol/device.js';
import { readChainFacts } from './chain-facts.js';
import { privateKeyFrom, publicBytesOf, SEED_BYTES } from './ed25519.js';
import type { Identity } from './identity.js';

/** The credentials of a device as a file stores them. All texts are base64url. */
export interface StoredDevice {
  /** The seed of the device's key: a secret. */
  readonly key: string;
  /** The certificates in DER: first the device's, then the identity's. */
  readonly chain: readonly [device: string, identity: string];
}

/**
 * A serial is usually a time in milliseconds: {@link DeviceCredentials.issue} takes it from the clock. This
 * is how far an id's newest serial may be above the clock of the machine that makes a device.
 * The limit is 100 years, so that a machine whose clock starts in 1970 can still make devices. Without the
 * limit, a server could name the highest serial, and the identity could never get another device.
 */
const MAX_SERIAL_LEAD_MS = 100 * 365 * 24 * 60 * 60 * 1_000;

/** Whether a serial that a server names is too far above the wall clock to be true. */
export function isAbsurdSerial(serial: number, nowMs: number): boolean {
  return serial - nowMs > MAX_SERIAL_LEAD_MS;
}

/** What determines the serial and the floor of a new device. */
export interface IssueOptions {
  /** The time of the wall clock, in milliseconds since 1970. The clock may be wrong. */
  readonly nowMs: number;
  /** The newest serial of this identity that the server has seen; 0 if none. */
  readonly newestSerial?: number;
  /** The highest known floor of this identity; 0 if none. */
  readonly knownFloor?: number;
  /** True if the new device revokes all earlier devices of the identity. */
  readonly revokesOthers?: boolean;
}

/**
 * A device's key and chain. The key is in a private field: `JSON.stringify` and `util.inspect` show only the
 * device.
 */
export class DeviceCredentials {
  readonly device: Device;
  readonly #seed: Buffer;
  readonly #chain: readonly [device: Buffer, identity: Buffer];

  private constructor(device: Device, seed: Buffer, chain: readonly [device: Buffer, identity: Buffer]) {
    this.device = device;
    this.#seed = seed;
    this.#chain = chain;
  }

  /**
   * Makes a new device of an identity. Its serial is above all known serials and floors, even if the clock is
   * wrong: `revokesOthers` therefore revokes every device with a known serial.
   *
   * Throws a `RangeError` if no higher serial exists.
   */
  static issue(identity: Identity, options: IssueOptions): DeviceCredentials {
    const { nowMs, newestSerial = 0, knownFloor = 0, revokesOthers = false } = options;
    const serial = Math.max(Math.floor(nowMs), newestSerial, knownFloor, 0) + 1;
    if (!Number.isSafeInteger(serial)) throw new RangeError('No higher serial exists for a new device.');
    const floor = revokesOthers ? serial : knownFloor;
    const seed = randomBytes(SEED_BYTES);
    const body = encodeDeviceBody({ serial, floor }, publicBytesOf(privateKeyFrom(seed)));
    const certificate = assembleCertificate(body, identity.sign(body));
    const device = { identity: identity.key, serial, floor };
    return new DeviceCredentials(device, seed, [certificate, identity.toCertificate()]);
  }

  /**
   * Parses what {@link DeviceCredentials.toStored} returned. Checks that a peer would accept the chain, and
   * that the chain certifies the key.
   *
   * @returns `undefined` for a value that is damaged, or whose key and certificates belong to different
   * devices.
   */
  static parse(value: unknown): DeviceCredentials | undefined {
    const stored = Object(value) as Partial<Record<keyof StoredDevice, unknown>>;
    const seed = decode(stored.key);
    const chain: unknown[] = Array.isArray(stored.chain) ? stored.chain : [];
    const [first, second, ...rest] = chain.map(decode);
    if (seed?.length !== SEED_BYTES || !first || !second || rest.length > 0) return undefined;
    const certificates = parseCertificates([first, second]);
    const facts = readChainFacts(certificates);
    const { device } = acceptChain(facts);
    const isOwnKey = publicBytesOf(privateKeyFrom(seed)).equals(facts.deviceKey ?? Buffer.alloc(0));
    return device !== undefined && isOwnKey
      ? new DeviceCredentials(device, seed, [first, second])
      : undefined;
  }

  /** Returns the credentials as a file stores them: a secret. */
  toStored(): StoredDevice {
    const [device, identity] = this.#chain;
    return {
      key: this.#seed.toString('base64url'),
      chain: [device.toString('base64url'), identity.toString('base64url')],
    };
  }

  /** Returns the key and the chain as PEM, for TLS: a secret. */
  toPem(): { readonly key: string; readonly cert: string } {
    return {
      key: privateKeyFrom(this.#seed).export({ format: 'pem', type: 'pkcs8' }).toString(),
      cert: this.#chain.map((der) => new X509Certificate(der).toString()).join(''),
    };
  }
}

/** Parses certificates in DER. Returns an empty array if one is damaged, or has bytes after its end. */
function parseCertificates(chain: readonly Buffer[]): readonly X509Certificate[] {
  try {
    const certificates = chain.map((der) => new X509Certificate(der));
    return certificates.every(({ raw }, index) => raw.equals(chain[index] as Buffer)) ? certificates : [];
  } catch {
    return [];
  }
}

/**
 * Decodes base64url. Returns `undefined` for text that an encoder would not write, such as text with padding.
 */
function decode(text: unknown): Buffer | undefined {
  if (typeof text !== 'string') return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
