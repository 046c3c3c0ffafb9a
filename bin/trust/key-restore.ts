/**
 * `im-client key restore`: makes this machine a device of an identity, from the identity's 24 words.
 */

import { Keyring } from '../../actors/client/keyring.js';
import { EXIT } from '../command-line.js';
import { HEADLESS_EXIT } from '../headless/exit-codes.js';
import { type KeySession, orRefuse, print, tell, userOf } from './command-runner.js';
import { askNewest, identifyServer, recordDevice } from './key-server.js';
import { Refused } from './refused.js';
import { readIdentity } from './typed-words.js';

export async function restoreKey(session: KeySession): Promise<number> {
  const id = userOf(session);
  const server = await identifyServer(session);
  const identity = await readIdentity();
  const newest = await askNewest(server, id);
  if (newest.identity !== identity.key) {
    throw new Refused(
      `these words belong to another key than that of ${id} at this server. Nothing was stored`,
      HEADLESS_EXIT.wrongWords,
    );
  }
  const keyring = new Keyring(session.root, Date.now);
  const held = orRefuse(
    await keyring.issueDevice({ id, server: server.name }, identity, newest),
    'the key cannot be stored',
  );
  // Let the server record the new serial now. A device that later revokes this one chooses a floor above the
  // newest serial that the server has recorded.
  const missing = await recordDevice(server, held, id);
  if (missing !== undefined) tell('The server has not seen this machine yet: it will when you sign in.');
  const { serial, floor } = held.credentials.device;
  await print(
    session,
    [
      `The key of ${id} at ${session.server.name} is on this machine now.`,
      `When you sign in here, any other client of ${id} signs you out, and says so.`,
      'The 24 words are not kept on this machine. Keep your paper.',
      `Was the other machine lost or stolen? Then shut it out: im-client key revoke --user ${id}`,
    ],
    { id, server: server.name, key: identity.key, serial, floor },
  );
  return EXIT.done;
}
