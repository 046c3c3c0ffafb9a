/**
 * `im-client delete`: deletes the user's own id at the server. The key on this machine proves that the id is
 * the user's. When the server has confirmed the deletion, the key is useless, and the command removes it from
 * this machine. The history, the block list and the keys of buddies stay.
 */

import { ClientError } from '../../actors/client/client-error.js';
import { type KeyedServer, ReplyError } from '../../actors/client/keyed-server.js';
import { type HeldKey, Keyring } from '../../actors/client/keyring.js';
import type { UserId } from '../../protocol/id.js';
import { replyCode } from '../../protocol/reply.js';
import { encodeRequest } from '../../protocol/request.js';
import type { KeyFileName } from '../../user-files/key-file-name.js';
import { EXIT } from '../command-line.js';
import { HEADLESS_EXIT } from '../headless/exit-codes.js';
import { TerminalQuestions } from '../terminal-question.js';
import { type KeySession, orRefuse, print, tell } from './command-runner.js';
import { askNewest, identifyServer, refuse } from './key-server.js';
import { Refused } from './refused.js';

/** @param isSure True to delete the id without asking the user. */
export async function deleteId(session: KeySession, id: UserId, isSure: boolean): Promise<number> {
  if (!isSure && !process.stdin.isTTY) {
    throw new Refused(
      'an id is deleted only after two questions at a terminal, or with --yes. Nothing was deleted',
      EXIT.usage,
    );
  }
  const server = await identifyServer(session);
  const keyring = new Keyring(session.root, Date.now);
  const name = { id, server: server.name };
  const held = await findKey(keyring, name, server);
  if (!isSure) await assertSure(session, id);
  await remove(server, held, id);
  const failed = await keyring.remove(name, held.identity);
  if (failed !== undefined) tell(`The key of ${id} is now useless, but cannot be removed: ${failed.reason}.`);
  await print(
    session,
    [
      `${id} is deleted at ${session.server.name}: it is off every buddy list, and cannot sign in any more.`,
      'The server keeps the id reserved for some time. After that, anyone can register it.',
      `The key of ${id} is removed from this machine, and the 24 words are of no use any more.`,
      'The history stays.',
    ],
    { id, server: server.name, deleted: true },
  );
  return EXIT.done;
}

/** Reads the key of the id from this machine. Refuses if the server names another key of the id. */
async function findKey(keyring: Keyring, name: KeyFileName, server: KeyedServer): Promise<HeldKey> {
  const { id } = name;
  const newest = await askNewest(server, id);
  const held = orRefuse(await keyring.read(name), `the key of ${id} cannot be read, and nothing was deleted`);
  if (held === undefined) {
    throw new Refused(
      `the key of ${id} is not on this machine, and nothing was deleted. ` +
        `To bring it back: im-client key restore --user ${id}`,
      HEADLESS_EXIT.noKey,
    );
  }
  if (newest.identity !== held.identity) {
    throw new Refused(
      `the server names another key of ${id} than the one on this machine. Nothing was deleted`,
      HEADLESS_EXIT.noKey,
    );
  }
  return held;
}

/** Asks the user for a yes, and then for the id. Refuses if one of the two answers is different. */
async function assertSure({ server }: KeySession, id: UserId): Promise<void> {
  const questions = new TerminalQuestions();
  try {
    tell(
      `This deletes ${id} at ${server.name} for good: off every buddy list, and no one can sign in as ${id}.`,
    );
    tell('The operator of the server cannot bring it back. Your history on this machine stays.');
    const isSure =
      (await questions.agrees(`Delete ${id}? (y/n) `)) &&
      (await questions.ask('Type the id to delete it: '))?.toLowerCase() === id;
    if (!isSure) throw new Refused('nothing was deleted', EXIT.failed);
  } finally {
    questions.close();
  }
}

/** Sends the request. If no reply comes, finds out whether the server has executed the request. */
async function remove(server: KeyedServer, held: HeldKey, id: UserId): Promise<void> {
  try {
    const { reply } = await server.askFor(id, held, encodeRequest('REM', id));
    const code = replyCode(reply.line);
    if (code === 201)
      throw new Refused('the server is too old to delete an id: ask its operator', EXIT.failed);
    if (code !== 200) throw new ReplyError(reply.line);
  } catch (error) {
    if (error instanceof Refused) throw error;
    if (error instanceof ReplyError || error instanceof ClientError) return refuse(error);
    const newest = await server.newestDevice(id).catch(() => undefined);
    if (newest === 'unregistered') return;
    throw new Refused(
      `the server has not confirmed the deletion: ${(error as Error).message}. Run the command again`,
      HEADLESS_EXIT.noServer,
    );
  }
}
