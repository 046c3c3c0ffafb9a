/**
 * The privacy of a client whose keys are in files. `Directory` finds the user's keys. The pins of the buddies
 * and the delivery records are in files beside them.
 */

import type { PrivacyMode } from '../../machines/client/private-calls.js';
import type { UserId } from '../../protocol/id.js';
import { type KeyFileName, keyFileName, type ServerName } from '../../user-files/key-file-name.js';
import { Pins } from '../../user-files/pins.js';
import { Undelivered } from '../../user-files/undelivered.js';
import type { Directory } from './directory.js';
import { Privacy } from './privacy.js';

export interface FilePrivacyOptions {
  /** The data directory of the client; `undefined`: there are no keys. */
  readonly dataRoot: string | undefined;
  readonly mode: PrivacyMode;
  /** See `PrivacyOptions`. */
  readonly keepsLines: boolean;
}

/** Makes the privacy of a client with a data directory. */
export function filePrivacy(
  directory: Directory,
  { dataRoot, mode, keepsLines }: FilePrivacyOptions,
): Privacy {
  /** The files of a user belong to one server. The server is identified before the user's key is found. */
  const nameOf = (id: UserId): KeyFileName => ({ id, server: directory.serverName() as ServerName });
  /** The pins by file name. After `im-client server forget`, the file of a user may have another name. */
  const pins = new Map<string, Pins>();
  return new Privacy({
    who: (id) => directory.who(id),
    credentialsOf: (id) => directory.credentialsOf(id),
    contextOf: (id) => directory.contextOf(id),
    hadKey: (id) => directory.hadKey(id),
    pinsOf(user) {
      const name = nameOf(user);
      const known = pins.get(keyFileName(name)) ?? new Pins(dataRoot, name);
      pins.set(keyFileName(name), known);
      return known;
    },
    undeliveredOf: (user) => new Undelivered(dataRoot, nameOf(user)),
    mode,
    keepsLines,
  });
}
