/**
 * `im-client key revoke`: shuts out all other devices of an id.
 *
 * The new device is stored before the server hears of it. A process that is killed in between leaves a device
 * whose floor is its own serial, and whose floor the server does not have: the next run sends that one again.
 */

import { setTimeout } from 'node:timers/promises';
import type { DeviceCredentials } from '../../keys/device-credentials.js';
import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import { KeyFiles, type StoredKey } from '../../user-files/key-file.js';
import type { KeyFileName } from '../../user-files/key-file-name.js';
import { isFailed } from '../../user-files/private-directory.js';
import { deviceIn, fieldsOfDevice, identityIn } from '../../user-files/stored-credentials.js';
import { EXIT } from '../command-line.js';
import { endProcessNow, onStopSignal } from '../ending.js';
import { HEADLESS_EXIT } from '../headless/exit-codes.js';
import { type KeySession, orRefuse, print, tell, userOf } from './command-runner.js';
import { identifyServer, type KeyServer, recordDevice } from './key-server.js';
import { askNewest, issueDevice } from './new-device.js';
import { Refused } from './refused.js';
import { readIdentity } from './typed-words.js';

/** The first pause before the server is asked again, in milliseconds. It doubles with each attempt. */
const FIRST_RETRY_MS = 1_000;

/** The longest pause, in milliseconds. */
const MAX_RETRY_MS = 30_000;

export async function revokeOthers(session: KeySession): Promise<number> {
  const id = userOf(session);
  const server = await identifyServer(session.root, session.endpoint);
  const keys = new KeyFiles(session.root);
  const device = await findOrMakeDevice(keys, server, id);
  if (device.isNew) {
    onStopSignal(() => {
      tell('The server has not confirmed it: the others are not shut out yet. Run the command again.');
      endProcessNow(EXIT.failed);
    });
    await recordUntilConfirmed(server, device.credentials, id);
  }
  const { identity, serial, floor } = device.credentials.device;
  await print(
    session,
    [
      device.isNew
        ? `All other devices of ${id} are shut out: only this machine can sign in as ${id} now.`
        : `All other devices of ${id} are shut out already.`,
      'The server ends their sessions, and refuses them from now on. They keep the messages that they have.',
      `To use one of them again, restore it with the 24 words: im-client key restore --user ${id}`,
      'This does not help against a person who has the 24 words, also from a machine that still kept them.',
      `In that case ask the operator of the server to give ${id} a new key.`,
    ],
    { id, server: server.name, key: identity, serial, floor },
  );
  return EXIT.done;
}

interface RevokingDevice {
  readonly credentials: DeviceCredentials;
  /** False if the server has seen it, and no newer one. */
  readonly isNew: boolean;
}

async function findOrMakeDevice(keys: KeyFiles, server: KeyServer, id: UserId): Promise<RevokingDevice> {
  const name: KeyFileName = { id, server: server.name };
  const read = await keys.read(name);
  const stored = isFailed(read) ? undefined : read;
  const held = stored && deviceIn(stored);
  if (stored === undefined || held === undefined) {
    tell(
      isFailed(read)
        ? `The key of ${id} cannot be read here (${read.reason}).`
        : `The key of ${id} is not on this machine.`,
    );
    return makeDevice(keys, server, name, undefined);
  }
  const newest = await askNewest(server, id);
  if (newest.identity !== stored.identity) {
    throw new Refused(
      `the server names another key of ${id} than the one on this machine: its operator may have set it. ` +
        'Nothing was changed',
      HEADLESS_EXIT.noKey,
    );
  }
  if (stored.isTentative) await keys.confirm(name, stored.identity);
  if (stored.floor === stored.serial && newest.serial <= stored.serial) {
    if (newest.floor < stored.floor) return { credentials: held, isNew: true };
    if (newest.floor === stored.serial) return { credentials: held, isNew: false };
  }
  return makeDevice(keys, server, name, { stored, newest });
}

interface Held {
  readonly stored: StoredKey;
  readonly newest: Device;
}

/** Makes a device that revokes the others, and stores it. */
async function makeDevice(
  keys: KeyFiles,
  server: KeyServer,
  name: KeyFileName,
  held: Held | undefined,
): Promise<RevokingDevice> {
  const { id } = name;
  const identity = (held && identityIn(held.stored)) ?? (await readIdentity());
  const newest = held?.newest ?? (await askNewest(server, id));
  if (newest.identity !== identity.key) {
    throw new Refused(
      `these words are of another key than the one of ${id} at this server. Nothing was changed`,
      HEADLESS_EXIT.wrongWords,
    );
  }
  const known = held === undefined ? [newest] : [newest, held.stored];
  const credentials = issueDevice(identity, known, true);
  const fields = fieldsOfDevice(credentials);
  const failed =
    held === undefined
      ? await keys.restore({ ...name, identity: identity.key, ...fields, isTentative: false })
      : await keys.replaceDevice(name, identity.key, fields);
  orRefuse(failed, 'the new key of this machine cannot be stored, and nothing was changed');
  return { credentials, isNew: true };
}

/** Sends the device to the server until the server has acknowledged it. */
async function recordUntilConfirmed(server: KeyServer, device: DeviceCredentials, id: UserId): Promise<void> {
  for (let pauseMs = FIRST_RETRY_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_RETRY_MS)) {
    const missing = await recordDevice(server, device, id);
    if (missing === undefined) return;
    const cause = missing === 'busy' ? 'is busy' : 'cannot be reached';
    tell(`The server ${cause}: the others are not shut out yet. It is asked again in ${pauseMs / 1_000} s.`);
    await setTimeout(pauseMs);
  }
}
