/**
 * The part `<id>@<server>` in the names of files. The server's name has 16 characters and no `@`: the last
 * `@` ends the id, even an id such as `a@b`. An id has no slash and does not begin with a dot.
 */

import { createHash } from 'node:crypto';
import { hostPort } from '../protocol/address.js';
import { parseId, type UserId } from '../protocol/id.js';
import type { IdentityKey } from '../protocol/key.js';

/** Characters of a server's name. */
const SERVER_CHARACTERS = 16;

/** The name of a server, as file names contain it. */
export type ServerName = string & { readonly ServerName: unique symbol };

/** An id at a server. */
export interface KeyFileName {
  readonly id: UserId;
  readonly server: ServerName;
}

/** The host of a server, as the user wrote it, and its TCP port. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** Writes an address as text, with the host in lower case. */
export function serverAddress({ host, port }: ServerAddress): string {
  return hostPort(host.toLowerCase(), port);
}

/**
 * The name of a server: the first 16 characters of its key. Two addresses of one server therefore have one
 * name. The name of a server without a key is the SHA-256 of `host:port`: its first 16 hexadecimal digits.
 */
export function serverName(address: ServerAddress, key: IdentityKey | undefined): ServerName {
  const text = key ?? createHash('sha256').update(serverAddress(address)).digest('hex');
  return text.slice(0, SERVER_CHARACTERS) as ServerName;
}

export function keyFileName({ id, server }: KeyFileName): string {
  return `${id}@${server}`;
}

const NAME = new RegExp(`^(.+)@([A-Za-z0-9_-]{${SERVER_CHARACTERS}})$`);

/** The inverse of {@link keyFileName}; `undefined` for any other text. */
export function parseKeyFileName(text: string): KeyFileName | undefined {
  const [, name, server] = NAME.exec(text) ?? [];
  const id = parseId(name);
  return id === undefined || id !== name ? undefined : { id, server: server as ServerName };
}
