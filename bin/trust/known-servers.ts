/**
 * `im-client server`: prints the servers whose keys are known on this machine, and forgets a server's key.
 */

import { parsePort } from '../../protocol/address.js';
import { type ServerAddress, serverAddress } from '../../user-files/key-file-name.js';
import { Servers } from '../../user-files/servers.js';
import { EXIT } from '../command-line.js';
import { type KeySession, orRefuse, print, tell } from './command-runner.js';

/** Parses `host:port` or `[address]:port`. */
export function parseHostPort(text: string): ServerAddress | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = parsePort(digits);
  return host === undefined || port === undefined ? undefined : { host, port };
}

/** Prints each server with its key. */
export async function listServers(session: KeySession): Promise<number> {
  const { known, isDamaged } = await new Servers(session.root).list();
  for (const { server, key } of known) {
    const shown = key === 'none' ? 'keeps no keys' : key;
    await print(session, [`${server}\t${shown}`], { server, key: key === 'none' ? null : key });
  }
  if (isDamaged)
    tell('The file of the servers is damaged or not readable: nothing is sent to other servers.');
  else if (known.length === 0 && !session.isJson) tell('No server is known on this machine yet.');
  return isDamaged ? EXIT.failed : EXIT.done;
}

/** Forgets the key of a server. */
export async function forgetServer(session: KeySession, address: ServerAddress): Promise<number> {
  const servers = new Servers(session.root);
  const server = serverAddress(address);
  const isKnown = (await servers.find(address)).key !== undefined;
  orRefuse(await servers.forget(address), 'the server cannot be forgotten');
  const lines = isKnown
    ? [
        `The key of ${server} is forgotten. The next key that it presents is stored without a question.`,
        'Keys of ids and of buddies belong to the key of their server. If the server has a new key, restore',
        'each id with its 24 words: im-client key restore --user ID. The keys of buddies are stored again as',
        'the new server names them: compare their six words again.',
      ]
    : [`${server} is not known here.`];
  await print(session, lines, { server, forgotten: isKnown });
  return EXIT.done;
}
