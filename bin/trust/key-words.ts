/**
 * `im-client key words`: shows the 24 words of a key at a terminal. When the user has typed some of the
 * words back, removes the words from this machine.
 */

import { IDENTITY_WORDS } from '../../keys/identity.js';
import type { UserId } from '../../protocol/id.js';
import { KeyFiles, type StoredKey } from '../../user-files/key-file.js';
import type { ServerName } from '../../user-files/key-file-name.js';
import { Servers } from '../../user-files/servers.js';
import { identityIn } from '../../user-files/stored-credentials.js';
import { EXIT } from '../command-line.js';
import { HEADLESS_EXIT } from '../headless/exit-codes.js';
import { type KeySession, orRefuse, userOf } from './command-runner.js';
import { Refused } from './refused.js';
import { copyOnPaper, requireTerminal } from './words-on-paper.js';

export async function showWords(session: KeySession): Promise<number> {
  const id = userOf(session);
  requireTerminal(session);
  const keys = new KeyFiles(session.root);
  const key = await findKey(session, keys, id);
  const identity = identityIn(key);
  if (identity === undefined) {
    const reason = key.seed === undefined ? '' : ' (what is stored here is damaged)';
    throw new Refused(
      `the 24 words of ${id} are not on this machine${reason}: only your paper has them`,
      HEADLESS_EXIT.noKey,
    );
  }
  const words = identity.toWords();
  const introduction = `The ${IDENTITY_WORDS} words bring the key of ${id} back if this machine is lost.`;
  if (!(await copyOnPaper(introduction, words))) {
    process.stdout.write(
      `The words stay on this machine. im-client key words --user ${id} shows them again.\n`,
    );
    return EXIT.done;
  }
  orRefuse(await keys.dropSeed(key, key.identity), 'the words stay on this machine');
  process.stdout.write('Right. The words are not on this machine any more: your paper is the only copy.\n');
  return EXIT.done;
}

/** Finds the key of the id for the configured server. If there is none, takes the only key of the id. */
async function findKey({ root, server }: KeySession, keys: KeyFiles, id: UserId): Promise<StoredKey> {
  const names = orRefuse(await keys.list(), 'the keys cannot be read').filter((name) => name.id === id);
  const servers = new Servers(root);
  const found = await Promise.all(server.endpoints.map((endpoint) => servers.find(endpoint)));
  const isServer = (name: ServerName) => found.some(({ key }) => key?.startsWith(name));
  const name = names.find((each) => isServer(each.server)) ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) {
    const reason =
      names.length === 0
        ? `${id} has no key on this machine`
        : `${id} has keys for ${names.length} servers: choose one with --server and --tcp-port`;
    throw new Refused(reason, HEADLESS_EXIT.noKey);
  }
  const key = orRefuse(await keys.read(name), `the key of ${id} cannot be read`);
  if (key === undefined) throw new Refused(`${id} has no key on this machine`, HEADLESS_EXIT.noKey);
  return key;
}
