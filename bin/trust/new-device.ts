/**
 * A new device for an id whose identity is at hand.
 */

import { DeviceCredentials, isAbsurdSerial } from '../../keys/device-credentials.js';
import type { Identity } from '../../keys/identity.js';
import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import { EXIT } from '../command-line.js';
import { exitOfReply, HEADLESS_EXIT } from '../headless/exit-codes.js';
import { askWho, type KeyServer } from './key-server.js';
import { Refused } from './refused.js';

/** Asks the server for the newest device of an id. Refuses an id without a key, and an absurd serial. */
export async function askNewest(server: KeyServer, id: UserId): Promise<Device> {
  const newest = await askWho(server, id);
  if (newest === 'unregistered')
    throw new Refused(`${id} is not registered at this server. Nothing was stored`, exitOfReply(202));
  if (newest === 'open')
    throw new Refused(`${id} has no key at this server. Nothing was stored`, HEADLESS_EXIT.noKey);
  if (isAbsurdSerial(newest.serial, Date.now())) {
    throw new Refused(
      `the server says that the newest device of ${id} has the serial ${newest.serial}: that is more than ` +
        "100 years above this machine's clock. Nothing was stored",
      EXIT.failed,
    );
  }
  return newest;
}

/**
 * Makes a device above all that are known.
 *
 * @param known The newest device that the server has seen, and those of this machine.
 */
export function issueDevice(
  identity: Identity,
  known: readonly Pick<Device, 'serial' | 'floor'>[],
  revokesOthers = false,
): DeviceCredentials {
  return DeviceCredentials.issue(identity, {
    nowMs: Date.now(),
    newestSerial: Math.max(...known.map(({ serial }) => serial)),
    knownFloor: Math.max(...known.map(({ floor }) => floor)),
    revokesOthers,
  });
}
