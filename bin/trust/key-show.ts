/**
 * `im-client key show`: prints the ids that have a key on this machine, with their keys.
 */

import { findSafetyWords } from '../../keys/safety-phrase.js';
import type { UserId } from '../../protocol/id.js';
import { KeyFiles, type StoredKey } from '../../user-files/key-file.js';
import type { KeyFileName } from '../../user-files/key-file-name.js';
import { isFailed } from '../../user-files/private-directory.js';
import { Servers } from '../../user-files/servers.js';
import { EXIT } from '../command-line.js';
import { type KeySession, orRefuse, print, tell } from './command-runner.js';

/**
 * Prints the keys of an id, or of all ids.
 *
 * @param only The id; `undefined` for all.
 */
export async function showKeys(session: KeySession, only: UserId | undefined): Promise<number> {
  const { root, isJson } = session;
  const keys = new KeyFiles(root);
  const names = orRefuse(await keys.list(), 'the keys cannot be read')
    .filter(({ id }) => only === undefined || id === only)
    .sort((one, other) => (one.id < other.id ? -1 : 1));
  const { known } = await new Servers(root).list();
  let code: number = EXIT.done;
  for (const name of names) {
    const servers = known.filter(({ key }) => key.startsWith(name.server)).map(({ server }) => server);
    const key = await keys.read(name);
    if (key === undefined) continue; // removed in the meantime
    if (isFailed(key)) {
      code = EXIT.failed;
      const { id, server } = name;
      const error = `the key cannot be read: ${key.reason}`;
      await print(session, [`${titleOf(name, servers)}: ${error}`], { id, server, servers, error });
    } else await printKey(session, key, servers);
  }
  if (names.length === 0 && !isJson) {
    tell(only === undefined ? 'No id has a key on this machine.' : `${only} has no key on this machine.`);
  }
  return code;
}

async function printKey(session: KeySession, key: StoredKey, servers: readonly string[]): Promise<void> {
  const { id, server, identity, serial, floor, isTentative } = key;
  const safetyWords = await findSafetyWords(identity, id);
  const keepsWords = key.seed !== undefined;
  const tentative = isTentative ? ' (tentative: the server has not confirmed that the id is registered)' : '';
  const words = keepsWords
    ? `kept here: write them down with im-client key words --user ${id}`
    : 'only on your paper';
  const lines = [
    `${titleOf(key, servers)}${tentative}`,
    `  key        ${identity}`,
    `  six words  ${safetyWords.join(' ')}`,
    `  serial     ${serial}`,
    `  24 words   ${words}`,
  ];
  await print(session, lines, {
    ...{ id, server, servers, key: identity, safetyWords, serial, floor, keepsWords },
    tentative: isTentative,
  });
}

function titleOf({ id, server }: KeyFileName, servers: readonly string[]): string {
  return `${id} at ${servers.length === 0 ? `the server ${server}` : servers.join(', ')}`;
}
