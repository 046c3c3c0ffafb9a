/**
 * The keys of the user's ids, as this machine holds them: devices that speak for an id, and the seeds of
 * identities whose words the user has not copied yet.
 */

import type { SecureContext } from 'node:tls';
import { DeviceCredentials, isAbsurdSerial } from '../../keys/device-credentials.js';
import { Identity } from '../../keys/identity.js';
import { createContext } from '../../keys/tls.js';
import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';
import type { Files } from '../../storage/files/files.js';
import { KeyFiles } from '../../user-files/key-file.js';
import type { KeyFileName } from '../../user-files/key-file-name.js';
import { type Failed, isFailed } from '../../user-files/private-directory.js';
import { deviceIn, fieldsOfDevice, identityIn } from '../../user-files/stored-credentials.js';

/** The key of an id, as this machine holds it. Shows no secret. */
export class HeldKey {
  readonly credentials: DeviceCredentials;
  /** True while the server has not confirmed the registration. */
  readonly isTentative: boolean;
  /** True while the seed is on this machine: the user has not yet shown that the words are copied. */
  readonly hasSeed: boolean;
  #context: SecureContext | undefined;

  constructor(credentials: DeviceCredentials, { isTentative = false, hasSeed = false } = {}) {
    this.credentials = credentials;
    this.isTentative = isTentative;
    this.hasSeed = hasSeed;
  }

  get identity(): IdentityKey {
    return this.credentials.device.identity;
  }

  /** The TLS context of the device. It is made only once, because making it takes milliseconds. */
  get context(): SecureContext {
    this.#context ??= createContext(this.credentials);
    return this.#context;
  }
}

export class Keyring {
  readonly #files: KeyFiles;
  readonly #now: () => number;
  readonly #held = new Map<string, HeldKey>();

  /** @param now The wall clock, in milliseconds since 1970. Serials of new devices are taken from it. */
  constructor(root: string | undefined, now: () => number, files?: Files) {
    this.#files = new KeyFiles(root, files);
    this.#now = now;
  }

  /** Reads the key of an id from its file, which other processes may change; `undefined` if there is none. */
  async read(name: KeyFileName): Promise<HeldKey | undefined | Failed> {
    const stored = await this.#files.read(name);
    if (stored === undefined || isFailed(stored)) return stored;
    const isTentative = stored.isTentative;
    const hasSeed = stored.seed !== undefined;
    const known = this.#held.get(stored.device);
    // Keep the TLS context of a device that has not changed.
    if (known?.isTentative === isTentative && known.hasSeed === hasSeed) return known;
    const credentials = deviceIn(stored);
    if (credentials === undefined) return { reason: 'the file of the key is damaged' };
    const held = new HeldKey(credentials, { isTentative, hasSeed });
    this.#held.clear();
    this.#held.set(stored.device, held);
    return held;
  }

  /** Whether a key of any id is on this machine. Also true if the files cannot be read. */
  async holdsAny(): Promise<boolean> {
    const names = await this.#files.list();
    return isFailed(names) || names.length > 0;
  }

  /** Whether a key of this id is on this machine, for any server. Also true if the files cannot be read. */
  async holds(id: UserId): Promise<boolean> {
    const names = await this.#files.list();
    return isFailed(names) || names.some((name) => name.id === id);
  }

  /** Makes a new identity with a first device, and stores both durably, before the id is registered. */
  async create(name: KeyFileName): Promise<HeldKey | Failed> {
    const identity = Identity.create();
    const credentials = DeviceCredentials.issue(identity, { nowMs: this.#now() });
    const seed = Buffer.from(identity.toSeed()).toString('base64url');
    const device = fieldsOfDevice(credentials);
    const failed = await this.#files.create({
      ...name,
      ...device,
      ...{ identity: identity.key, seed, isTentative: true },
    });
    return failed ?? new HeldKey(credentials, { isTentative: true, hasSeed: true });
  }

  confirm(name: KeyFileName, identity: IdentityKey): Promise<Failed | undefined> {
    return this.#files.confirm(name, identity);
  }

  remove(name: KeyFileName, identity: IdentityKey): Promise<Failed | undefined> {
    return this.#files.remove(name, identity);
  }

  /**
   * Makes a new device of an identity, with a serial above all known serials, and replaces the stored device.
   *
   * @param newest The newest device that the server has seen.
   * @param revokesOthers True if the new device revokes all earlier devices, once the server has seen it. In
   * this case, a stored seed of the identity is kept. If false, the seed is removed, because the user has
   * typed the words.
   */
  async issueDevice(
    name: KeyFileName,
    identity: Identity,
    newest: Device,
    { revokesOthers = false } = {},
  ): Promise<HeldKey | Failed> {
    const stored = await this.#files.read(name);
    const own =
      stored === undefined || isFailed(stored) || stored.identity !== identity.key ? undefined : stored;
    const nowMs = this.#now();
    const ownSerial = own?.serial ?? 0;
    if (newest.serial > ownSerial && isAbsurdSerial(newest.serial, nowMs)) {
      return {
        reason:
          `the server says that the newest device of ${name.id} has the serial ${newest.serial}: that is ` +
          "more than 100 years above this machine's clock. Nothing was stored",
      };
    }
    const credentials = DeviceCredentials.issue(identity, {
      nowMs,
      newestSerial: Math.max(newest.serial, ownSerial),
      knownFloor: Math.max(newest.floor, own?.floor ?? 0),
      revokesOthers,
    });
    const fields = fieldsOfDevice(credentials);
    const keepsSeed = revokesOthers && own !== undefined;
    const failed = keepsSeed
      ? await this.#files.replaceDevice(name, identity.key, fields)
      : await this.#files.restore({ ...name, identity: identity.key, ...fields, isTentative: false });
    return failed ?? new HeldKey(credentials, { hasSeed: keepsSeed && own.seed !== undefined });
  }

  /** The identity, if its seed is still on this machine: a secret. */
  async identity(name: KeyFileName): Promise<Identity | undefined | Failed> {
    const stored = await this.#files.read(name);
    return stored === undefined || isFailed(stored) ? stored : identityIn(stored);
  }

  /** Removes the seed, because the user has copied the words. */
  dropSeed(name: KeyFileName, identity: IdentityKey): Promise<Failed | undefined> {
    return this.#files.dropSeed(name, identity);
  }
}

let shared: HeldKey | undefined;

/** A device that no server knows, for questions that any device may ask. A program makes it only once. */
export function stranger(): HeldKey {
  shared ??= new HeldKey(DeviceCredentials.issue(Identity.create(), { nowMs: 0 }));
  return shared;
}
