/**
 * The keys of the user's ids: a file for each id and server, `keys/<id>@<server>.json`, with one line:
 *
 *     {"id":"alice","server":"…16 characters…","identity":"…43 characters…","serial":1764,"floor":0,
 *      "device":"…","seed":"…43 characters…","tentative":true,"sum":"5d41402abc4b2a76"}
 *
 * - `identity` is the public key of the identity, and `seed` its private key as base64url. `seed` is missing
 *   once the user has copied the words: the words are then the only copy.
 * - `device` is the device's private key and certificates, in the form of `keys/`. `serial` and `floor` are
 *   those of the device's certificate.
 * - `tentative`: the server has not confirmed the registration yet.
 *
 * Each change names the identity that it is meant for: another process may have stored another identity.
 */

import { parseId } from '../protocol/id.js';
import { type IdentityKey, parseKey } from '../protocol/key.js';
import type { Files } from '../storage/files/files.js';
import { formatCheckedLine, parseCheckedLine } from './checked-line.js';
import { type KeyFileName, keyFileName, parseKeyFileName } from './key-file-name.js';
import { type Failed, isFailed, PrivateDirectory } from './private-directory.js';

/** The maximum number of characters in the field `device`. */
const MAX_DEVICE_CHARACTERS = 8 * 1024;

/** The maximum number of bytes in a file. JSON may write one character as two. */
const MAX_KEY_FILE_BYTES = 2 * MAX_DEVICE_CHARACTERS + 1024;

const SEED = /^[A-Za-z0-9_-]{43}$/;

/** The fields of a device in the file. */
export interface DeviceFields {
  /** A text that only `keys/` writes and parses. */
  readonly device: string;
  readonly serial: number;
  readonly floor: number;
}

/** The keys of one id at one server. It contains secrets: never put it into a log or an event. */
export interface StoredKey extends KeyFileName, DeviceFields {
  readonly identity: IdentityKey;
  /** The identity's private key; absent when the user has copied the words. */
  readonly seed?: string;
  readonly isTentative: boolean;
}

export class KeyFiles {
  readonly #directory: PrivateDirectory;

  /** @param root The data directory of the client; `undefined` when the user has no home. */
  constructor(root: string | undefined, files?: Files) {
    this.#directory = new PrivateDirectory({ root, folder: 'keys', isSecret: true, files });
  }

  /** Reads the keys of an id; `undefined` when there are none. A damaged file is a failure. */
  async read(name: KeyFileName): Promise<StoredKey | undefined | Failed> {
    return parse(name, await this.#directory.read(pathOf(name), MAX_KEY_FILE_BYTES));
  }

  /** The ids and servers that have a file, even a damaged one. */
  async list(): Promise<readonly KeyFileName[] | Failed> {
    const names = await this.#directory.list();
    if (isFailed(names)) return names;
    return names
      .filter((name) => name.endsWith(END))
      .map((name) => parseKeyFileName(name.slice(0, -END.length)))
      .filter((name) => name !== undefined);
  }

  /**
   * Writes the keys of an id that has none yet, before the id is registered. Fails if there is a file
   * already, even a tentative or a damaged one. If writing fails, the file is removed, if the disk allows it.
   */
  create(key: StoredKey): Promise<Failed | undefined> {
    return this.#directory.change(pathOf(key), async (file) => {
      if ((await file.read(MAX_KEY_FILE_BYTES)) !== undefined) return { reason: 'there is a key already' };
      try {
        await file.replace(bytesOf(key));
        return undefined;
      } catch (error) {
        await file.remove().catch(() => {}); // report the first error, not this one
        throw error;
      }
    });
  }

  /** Writes the keys of an id, and replaces any others: the user has typed the words of this identity. */
  restore(key: StoredKey): Promise<Failed | undefined> {
    return this.#directory.change(pathOf(key), async (file) => {
      await file.replace(bytesOf(key));
      return undefined;
    });
  }

  /** Records that the server has confirmed the registration. */
  confirm(name: KeyFileName, identity: IdentityKey): Promise<Failed | undefined> {
    return this.#change(name, identity, (key) => ({ ...key, isTentative: false }));
  }

  /** Removes the identity's private key from this machine: the user has copied the words. */
  dropSeed(name: KeyFileName, identity: IdentityKey): Promise<Failed | undefined> {
    return this.#change(name, identity, ({ seed: _, ...key }) => key);
  }

  /** Replaces the device. The new serial must be higher, and the floor not lower. */
  replaceDevice(
    name: KeyFileName,
    identity: IdentityKey,
    { device, serial, floor }: DeviceFields,
  ): Promise<Failed | undefined> {
    return this.#change(name, identity, (key) =>
      serial > key.serial && floor >= key.floor
        ? { ...key, device, serial, floor }
        : { reason: 'there is a newer device already' },
    );
  }

  /** Removes the keys of an identity. Does nothing if there is no file. */
  remove(name: KeyFileName, identity: IdentityKey): Promise<Failed | undefined> {
    return this.#directory.change(pathOf(name), async (file) => {
      const key = parse(name, await file.read(MAX_KEY_FILE_BYTES));
      if (key === undefined || isFailed(key)) return key;
      if (key.identity !== identity) return OTHER_IDENTITY;
      await file.remove();
      return undefined;
    });
  }

  #change(
    name: KeyFileName,
    identity: IdentityKey,
    decide: (key: StoredKey) => StoredKey | Failed,
  ): Promise<Failed | undefined> {
    return this.#directory.change(pathOf(name), async (file) => {
      const key = parse(name, await file.read(MAX_KEY_FILE_BYTES));
      if (key === undefined) return { reason: 'there is no key' };
      if (isFailed(key)) return key;
      if (key.identity !== identity) return OTHER_IDENTITY;
      const changed = decide(key);
      if (isFailed(changed)) return changed;
      await file.replace(bytesOf(changed));
      return undefined;
    });
  }
}

const OTHER_IDENTITY: Failed = { reason: 'there is the key of another identity' };

const DAMAGED: Failed = { reason: 'the file of the key is damaged' };

/** The extension of a file's name. */
const END = '.json';

function pathOf(name: KeyFileName): string {
  return `${keyFileName(name)}${END}`;
}

function bytesOf({ id, server, identity, serial, floor, device, seed, isTentative }: StoredKey): Buffer {
  const line = formatCheckedLine({
    id,
    server,
    identity,
    serial,
    floor,
    device,
    seed,
    ...(isTentative && { tentative: true }),
  });
  return Buffer.from(`${line}\n`);
}

function parse(name: KeyFileName, contents: Buffer | undefined | Failed): StoredKey | undefined | Failed {
  if (contents === undefined || isFailed(contents)) return contents;
  const text = contents.toString('utf8');
  const fields = text.endsWith('\n') ? parseCheckedLine(text.slice(0, -1)) : undefined;
  if (fields === undefined) return DAMAGED;
  const { id, server, identity: token, serial, floor, device, seed, tentative } = fields;
  const identity = typeof token === 'string' ? parseKey(token) : undefined;
  if (
    parseId(name.id) !== id ||
    server !== name.server ||
    identity === undefined ||
    !isCount(serial) ||
    !isCount(floor) ||
    floor > serial ||
    typeof device !== 'string' ||
    device.length > MAX_DEVICE_CHARACTERS ||
    (seed !== undefined && !(typeof seed === 'string' && SEED.test(seed)))
  )
    return DAMAGED;
  const key = { ...name, identity, serial, floor, device, isTentative: tentative === true };
  return seed === undefined ? key : { ...key, seed };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
