/**
 * The secrets of a key file, as the objects of `keys/`.
 */

import { DeviceCredentials } from '../keys/device-credentials.js';
import { Identity } from '../keys/identity.js';
import type { DeviceFields, StoredKey } from './key-file.js';

/** Reads the device of a key file; `undefined` if it is damaged or belongs to another identity. */
export function deviceIn({ device, identity, serial, floor }: StoredKey): DeviceCredentials | undefined {
  const credentials = DeviceCredentials.parse(parseJson(device));
  const found = credentials?.device;
  const isSame = found?.identity === identity && found.serial === serial && found.floor === floor;
  return isSame ? credentials : undefined;
}

/** The fields of a key file for a device. */
export function fieldsOfDevice(credentials: DeviceCredentials): DeviceFields {
  const { serial, floor } = credentials.device;
  return { device: JSON.stringify(credentials.toStored()), serial, floor };
}

/** Reads the identity of a key file; `undefined` if the file has no seed, or the seed of another identity. */
export function identityIn({ seed, identity }: StoredKey): Identity | undefined {
  if (seed === undefined) return undefined;
  const found = Identity.fromSeed(Buffer.from(seed, 'base64url'));
  return found.key === identity ? found : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
