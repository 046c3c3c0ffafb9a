/**
 * Sends the requests of the commands about keys to the server, and turns failures into messages and exit
 * codes.
 */

import { ClientError } from '../../actors/client/client-error.js';
import { type KeyedServer, ReplyError } from '../../actors/client/keyed-server.js';
import type { HeldKey } from '../../actors/client/keyring.js';
import { ServerIdentification } from '../../actors/client/server-identification.js';
import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import { replyCode } from '../../protocol/reply.js';
import { parseBanReply, parseLoginReply } from '../../protocol/reply-details.js';
import { encodeLogin } from '../../protocol/request.js';
import { banText } from '../../terminal/ban-words.js';
import { Servers } from '../../user-files/servers.js';
import { exitOfError, exitOfReply, HEADLESS_EXIT } from '../headless/exit-codes.js';
import type { KeySession } from './command-runner.js';
import { Refused } from './refused.js';

/**
 * Identifies the server by its stored key. If there is no stored key, asks the server. Refuses a server that
 * keeps no keys.
 */
export async function identifyServer({ root, server }: KeySession): Promise<KeyedServer> {
  const end = new AbortController().signal;
  const identification = new ServerIdentification({ server, servers: new Servers(root), end });
  const identified = await identification.identify({ asksAgain: true }).catch(refuse);
  switch (identified.keeps) {
    case 'keys':
      return identified;
    case 'no-keys':
      throw new Refused(
        `the server ${server.name} keeps no keys: ids have no key there`,
        HEADLESS_EXIT.noKey,
      );
    case 'unknown':
      throw new Refused(`the server cannot be reached: ${identified.reason}`, HEADLESS_EXIT.noServer);
  }
}

/** Asks the server for the newest device of an id. Refuses an id without a key. */
export async function askNewest(server: KeyedServer, id: UserId): Promise<Device> {
  const newest = await server.newestDevice(id).catch(refuse);
  if (newest === 'unregistered')
    throw new Refused(`${id} is not registered at this server. Nothing was changed`, exitOfReply(202));
  if (newest === 'open')
    throw new Refused(`${id} has no key at this server. Nothing was changed`, HEADLESS_EXIT.noKey);
  return newest;
}

/** Why the server has not recorded a device. */
export type NotRecorded = 'busy' | 'unreachable';

/**
 * Makes the server record the serial and the floor of a device. Resolves with `undefined` when the server has
 * acknowledged them, or with the reason why the caller must try again. Refuses every other reply.
 */
export async function recordDevice(
  server: KeyedServer,
  held: HeldKey,
  id: UserId,
): Promise<NotRecorded | undefined> {
  try {
    const { line } = (await server.askFor(id, held, encodeLogin(id, { kind: 'ask' }))).reply;
    if (parseLoginReply(line) !== undefined) return undefined;
    const code = replyCode(line);
    if (code === 205 || code === 206) return 'busy';
    throw new ReplyError(line);
  } catch (error) {
    if (error instanceof ReplyError) return refuse(error);
    if (!(error instanceof ClientError)) return 'unreachable';
    return error.code === 'server.busy' ? 'busy' : refuse(error);
  }
}

/** Refuses with the message and the exit code of an error. */
export function refuse(error: unknown): never {
  const { message } = error as Error;
  if (error instanceof ClientError) throw new Refused(message, exitOfError(error.code));
  if (!(error instanceof ReplyError))
    throw new Refused(`the server cannot be reached: ${message}`, HEADLESS_EXIT.noServer);
  const code = replyCode(error.line);
  const ban = parseBanReply(error.line);
  if (ban !== undefined) throw new Refused(banText(ban, undefined), exitOfReply(204));
  throw new Refused(message, code === undefined ? HEADLESS_EXIT.noServer : exitOfReply(code));
}
