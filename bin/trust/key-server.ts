/**
 * The server of the commands about keys: which one it is, and what it says about an id.
 */

import { ask, type ServerEndpoint } from '../../actors/client/ask-server.js';
import { DeviceCredentials } from '../../keys/device-credentials.js';
import { Identity } from '../../keys/identity.js';
import { hostPort } from '../../protocol/address.js';
import type { Device } from '../../protocol/device.js';
import { toDisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';
import { replyCode } from '../../protocol/reply.js';
import { parseLoginReply, parseVersionReply, parseWhoReply } from '../../protocol/reply-details.js';
import { encodeRequest, VERSION_REQUEST } from '../../protocol/request.js';
import { type ServerName, serverAddress, serverName } from '../../user-files/key-file-name.js';
import { Servers } from '../../user-files/servers.js';
import { EXIT } from '../command-line.js';
import { exitOfReply, HEADLESS_EXIT } from '../headless/exit-codes.js';
import { Refused } from './refused.js';
import { askSealed, type SealedAnswer } from './sealed-request.js';

/** Longest wait for a server to say whether it keeps keys, in milliseconds. */
const VERSION_TIMEOUT_MS = 3_000;

const NO_SUCH_USER = 202;

/** A server that keeps keys. */
export interface KeyServer {
  readonly endpoint: ServerEndpoint;
  readonly key: IdentityKey;
  readonly name: ServerName;
}

/** Identifies the server: by what is known here, otherwise by asking it. Refuses one without keys. */
export async function identifyServer(root: string | undefined, endpoint: ServerEndpoint): Promise<KeyServer> {
  const servers = new Servers(root);
  const address = serverAddress(endpoint);
  const { key: known, reason } = await servers.find(endpoint);
  if (known === 'damaged') {
    const cause = reason ?? 'servers.jsonl has a damaged line';
    throw new Refused(
      `the key of the server ${address} cannot be read: ${cause}`,
      HEADLESS_EXIT.serverChanged,
    );
  }
  if (known !== undefined && known !== 'none') return keyServer(endpoint, known);
  const key = await askVersion(endpoint);
  if (key === undefined) {
    throw new Refused(`the server ${address} keeps no keys: ids have no key there`, HEADLESS_EXIT.noKey);
  }
  const failed = await servers.add(endpoint, key);
  if (failed !== undefined)
    throw new Refused(`the key of the server cannot be stored: ${failed.reason}`, EXIT.failed);
  return keyServer(endpoint, key);
}

/** The name of the server in the names of files; `undefined` if no key of it is known here. */
export async function knownServerName(
  root: string | undefined,
  endpoint: ServerEndpoint,
): Promise<ServerName | undefined> {
  const { key } = await new Servers(root).find(endpoint);
  return key === undefined || key === 'none' || key === 'damaged' ? undefined : serverName(endpoint, key);
}

function keyServer(endpoint: ServerEndpoint, key: IdentityKey): KeyServer {
  return { endpoint, key, name: serverName(endpoint, key) };
}

/** Asks in clear for the key of a server; `undefined` if it keeps no keys. */
async function askVersion(endpoint: ServerEndpoint): Promise<IdentityKey | undefined> {
  try {
    const { line } = await ask(endpoint, VERSION_REQUEST, AbortSignal.timeout(VERSION_TIMEOUT_MS));
    return parseVersionReply(line);
  } catch (error) {
    throw new Refused(`the server cannot be reached: ${(error as Error).message}`, HEADLESS_EXIT.noServer);
  }
}

/**
 * Asks for the newest device of an id; `open`: the id has no key. Asks as a stranger: the server gives no
 * answer to a device that was shut out.
 */
export async function askWho(server: KeyServer, id: UserId): Promise<Device | 'open' | 'unregistered'> {
  const stranger = DeviceCredentials.issue(Identity.create(), { nowMs: 0 });
  const line = lineOf(server, await send(server, stranger, encodeRequest('WHO', id)));
  if (replyCode(line) === NO_SUCH_USER) return 'unregistered';
  return parseWhoReply(line) ?? refuseReply(line);
}

/** Why the server has not recorded a device. */
export type NotRecorded = 'busy' | 'unreachable';

/**
 * Has the server record the serial and the floor of a device. Resolves with `undefined` when the server has
 * acknowledged it, or with why it has to be tried again. Refuses every other reply.
 */
export async function recordDevice(
  server: KeyServer,
  device: DeviceCredentials,
  id: UserId,
): Promise<NotRecorded | undefined> {
  const answer = await send(server, device, encodeRequest('LOG', id, 'ask'));
  if (answer.failed === 'busy' || answer.failed === 'unreachable') return answer.failed;
  if (answer.failed === 'closed') {
    throw new Refused(
      `the server closed the connection: this machine may be shut out by another one of ${id}`,
      HEADLESS_EXIT.noKey,
    );
  }
  const line = lineOf(server, answer);
  const code = replyCode(line);
  if (code === 205 || code === 206) return 'busy';
  return parseLoginReply(line) === undefined ? refuseReply(line) : undefined;
}

function send(server: KeyServer, device: DeviceCredentials, request: string): Promise<SealedAnswer> {
  return askSealed({ server: server.endpoint, serverKey: server.key, device }, request);
}

function lineOf({ endpoint }: KeyServer, answer: SealedAnswer): string {
  switch (answer.failed) {
    case undefined:
      return answer.line;
    case 'other-server': {
      const address = hostPort(endpoint.host, endpoint.port);
      throw new Refused(
        `${address} is not the server that was known here, and nothing was sent. If its operator says that ` +
          `it has a new key: im-client server forget ${address}`,
        HEADLESS_EXIT.serverChanged,
      );
    }
    case 'unreachable':
      throw new Refused(`the server cannot be reached: ${answer.reason}`, HEADLESS_EXIT.noServer);
    default:
      throw new Refused('the server is busy: try again in a minute', HEADLESS_EXIT.noServer);
  }
}

function refuseReply(line: string): never {
  const code = replyCode(line);
  throw new Refused(
    `the server answered: ${toDisplayText(line)}`,
    code === undefined ? HEADLESS_EXIT.noServer : exitOfReply(code),
  );
}
