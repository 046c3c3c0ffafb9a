/**
 * `im-client key revoke`: shuts out all other devices of an id.
 *
 * The command stores the new device before it sends the device to the server. If the process is killed in
 * between, the stored device has a floor that equals its serial, but the server does not know this floor yet.
 * The next run sends this device again.
 */

import { setTimeout } from 'node:timers/promises';
import type { KeyedServer } from '../../actors/client/keyed-server.js';
import { type HeldKey, Keyring } from '../../actors/client/keyring.js';
import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import type { KeyFileName } from '../../user-files/key-file-name.js';
import { isFailed } from '../../user-files/private-directory.js';
import { EXIT } from '../command-line.js';
import { endProcessNow, onStopSignal } from '../ending.js';
import { HEADLESS_EXIT } from '../headless/exit-codes.js';
import { type KeySession, orRefuse, print, tell, userOf } from './command-runner.js';
import { askNewest, identifyServer, recordDevice } from './key-server.js';
import { Refused } from './refused.js';
import { readIdentity } from './typed-words.js';

/** The first pause before the server is asked again, in milliseconds. The pause doubles with each attempt. */
const FIRST_RETRY_MS = 1_000;

/** The longest pause, in milliseconds. */
const MAX_RETRY_MS = 30_000;

export async function revokeOthers(session: KeySession): Promise<number> {
  const id = userOf(session);
  const server = await identifyServer(session);
  const { held, isNew } = await findOrMakeDevice(new Keyring(session.root, Date.now), server, id);
  if (isNew) {
    onStopSignal(() => {
      tell('The server has not confirmed it: the other devices are not shut out yet. Run the command again.');
      endProcessNow(EXIT.failed);
    });
    await recordUntilConfirmed(server, held, id);
  }
  const { identity, serial, floor } = held.credentials.device;
  await print(
    session,
    [
      isNew
        ? `All other devices of ${id} are shut out: only this machine can sign in as ${id} now.`
        : `All other devices of ${id} are shut out already.`,
      'The server ends their sessions, and refuses them from now on. They keep the messages that they have.',
      `To use one of them again, restore it with the 24 words: im-client key restore --user ${id}`,
      'This does not help against a person who has the 24 words, for example from another machine.',
      `In that case ask the operator of the server to give ${id} a new key.`,
    ],
    { id, server: server.name, key: identity, serial, floor },
  );
  return EXIT.done;
}

interface RevokingDevice {
  readonly held: HeldKey;
  /** False if the server has recorded this device already, and knows no newer one. */
  readonly isNew: boolean;
}

async function findOrMakeDevice(keyring: Keyring, server: KeyedServer, id: UserId): Promise<RevokingDevice> {
  const name: KeyFileName = { id, server: server.name };
  const held = await keyring.read(name);
  if (held === undefined || isFailed(held)) {
    tell(
      isFailed(held)
        ? `The key of ${id} cannot be read here (${held.reason}).`
        : `The key of ${id} is not on this machine.`,
    );
    return makeDevice(keyring, server, name, undefined);
  }
  const newest = await askNewest(server, id);
  if (newest.identity !== held.identity) {
    throw new Refused(
      `the server names another key of ${id} than the one on this machine: its operator may have set it. ` +
        'Nothing was changed',
      HEADLESS_EXIT.noKey,
    );
  }
  if (held.isTentative) await keyring.confirm(name, held.identity);
  const { serial, floor } = held.credentials.device;
  if (floor === serial && newest.serial <= serial) {
    if (newest.floor < floor) return { held, isNew: true };
    if (newest.floor === serial) return { held, isNew: false };
  }
  return makeDevice(keyring, server, name, newest);
}

/**
 * Makes a device that revokes all other devices, and stores the new device.
 *
 * @param known The newest device that the server knows, if the key is on this machine.
 */
async function makeDevice(
  keyring: Keyring,
  server: KeyedServer,
  name: KeyFileName,
  known: Device | undefined,
): Promise<RevokingDevice> {
  const { id } = name;
  const stored = known && (await keyring.identity(name));
  const identity = stored === undefined || isFailed(stored) ? await readIdentity() : stored;
  const newest = known ?? (await askNewest(server, id));
  if (newest.identity !== identity.key) {
    throw new Refused(
      `these words belong to another key than that of ${id} at this server. Nothing was changed`,
      HEADLESS_EXIT.wrongWords,
    );
  }
  const held = orRefuse(
    await keyring.issueDevice(name, identity, newest, { revokesOthers: true }),
    'the new key of this machine cannot be stored, and nothing was changed',
  );
  return { held, isNew: true };
}

/** Sends the device to the server until the server has acknowledged it. */
async function recordUntilConfirmed(server: KeyedServer, held: HeldKey, id: UserId): Promise<void> {
  for (let pauseMs = FIRST_RETRY_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_RETRY_MS)) {
    const missing = await recordDevice(server, held, id);
    if (missing === undefined) return;
    const cause = missing === 'busy' ? 'is busy' : 'cannot be reached';
    tell(
      `The server ${cause}: the other devices are not shut out yet. ` +
        `The client asks again in ${pauseMs / 1_000} s.`,
    );
    await setTimeout(pauseMs);
  }
}
