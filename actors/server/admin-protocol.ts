/**
 * The protocol of the administration socket: the commands of im-server send one line, and the server answers
 * with lines. Each line is a JSON object.
 *
 *     {"version":1,"by":{"user":"root","uid":0},"command":"ban","kind":"id","name":"mallory","forMs":3600000}
 *     {"done":{"kind":"id","target":"mallory","until":"2026-11-30T17:00:00.000Z","inForce":true}}
 *
 * The answer has a line `row` for each item of a list, and ends with a line `done` or `failed`.
 */

import { toDisplayText } from '../../protocol/display-text.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { type IdPattern, parseIdPattern } from '../../protocol/id-pattern.js';
import { type IdentityKey, parseKey } from '../../protocol/key.js';
import { formatNetwork, parseNetwork } from '../../protocol/network.js';
import type { BanTarget } from '../../storage/store.js';

/** The version of the protocol. A program of another version is refused. */
const VERSION = 1;

/** The maximum number of bytes in a request, not counting its LF. */
export const MAX_ADMIN_REQUEST_BYTES = 4_096;

/** The maximum number of bytes in a line of an answer. A line with 10,000 buddies fits. */
export const MAX_ADMIN_ANSWER_BYTES = 1024 * 1024;

/** The maximum number of characters in the name of the caller. */
const MAX_CALLER_LENGTH = 64;

/** The maximum duration of a ban that ends by itself, in milliseconds: about 100 years. */
export const MAX_BAN_MS = 100 * 365 * 24 * 3_600_000;

/**
 * Who runs the command. The socket admits only root and the user that runs the server. Node.js cannot ask the
 * kernel which of these two users is connected, so the request names the user.
 */
export interface AdminCaller {
  readonly user: string;
  readonly uid?: number;
  /** The user who ran `sudo`. */
  readonly sudoUser?: string;
}

export type AdminRequest =
  | { readonly command: 'status' | 'who' | 'bans' | 'reload' | 'stop' | 'key' }
  | { readonly command: 'users'; readonly pattern?: IdPattern }
  | { readonly command: 'show' | 'delete' | 'free' | 'key.show' | 'key.clear'; readonly id: UserId }
  | { readonly command: 'show.address'; readonly address: string }
  | { readonly command: 'key.set'; readonly id: UserId; readonly key: IdentityKey }
  | { readonly command: 'ban'; readonly target: BanTarget; readonly forMs?: number }
  | { readonly command: 'unban'; readonly target: BanTarget }
  /** The command has made a backup by itself. The server only logs it. */
  | { readonly command: 'backup'; readonly place: string; readonly lastChange: number };

const READ_ONLY: ReadonlySet<AdminRequest['command']> = new Set([
  'status',
  'who',
  'users',
  'show',
  'show.address',
  'bans',
  'key',
  'key.show',
  'backup',
]);

/** Whether a request changes nothing. */
export function isReadOnly({ command }: AdminRequest): boolean {
  return READ_ONLY.has(command);
}

/**
 * - `unknown`: there is no such user, no such reserved id, or no such ban.
 * - `invalid`: the request is not valid, or comes from a program of another version.
 * - `unavailable`: the store or another actor could not do its part, or did not answer in time.
 * - `refused`: the server does not carry out this command now; the message says why.
 * - `busy`: too many commands at once.
 */
export type AdminFailureCode = 'unknown' | 'invalid' | 'unavailable' | 'refused' | 'busy';

export interface AdminFailure {
  readonly code: AdminFailureCode;
  /** What the operator should know, as one sentence without a full stop. */
  readonly message: string;
}

/** The fields of a row or a result: values that JSON can write. */
export type AdminFields = Readonly<Record<string, unknown>>;

export type AdminLine =
  | { readonly row: AdminFields }
  | { readonly done: AdminFields }
  | { readonly failed: AdminFailure };

/** Encodes a request, with its LF. */
export function encodeAdminRequest(by: AdminCaller, request: AdminRequest): string {
  const { target, ...others } = { target: undefined, ...request };
  return `${JSON.stringify({ version: VERSION, by, ...others, ...target })}\n`;
}

/** Parses a request. Returns a failure for anything that is not a valid request. */
export function parseAdminRequest(
  line: Uint8Array,
): { readonly by: AdminCaller; readonly request: AdminRequest } | AdminFailure {
  const fields = parseObject(line);
  if (fields === undefined) return invalid('the request is not a JSON object');
  if (fields['version'] !== VERSION) {
    return invalid('the command and the server have different versions: restart the server after an upgrade');
  }
  const by = parseCaller(fields['by']);
  const request = parseCommand(fields);
  if (by === undefined || request === undefined) return invalid('the request is not valid');
  return { by, request };
}

/** Encodes a line of an answer, with its LF. */
export function encodeAdminLine(line: AdminLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Parses a line of an answer. Returns `undefined` for anything that is not such a line. */
export function parseAdminLine(line: Uint8Array): AdminLine | undefined {
  const { row, done, failed } = (parseObject(line) ?? {}) as {
    [name in 'row' | 'done' | 'failed']?: unknown;
  };
  if (isObject(row)) return { row };
  if (isObject(done)) return { done };
  if (!isObject(failed)) return undefined;
  const { code, message } = failed;
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  return { failed: { code: code as AdminFailureCode, message } };
}

function invalid(message: string): AdminFailure {
  return { code: 'invalid', message };
}

function parseObject(line: Uint8Array): AdminFields | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(line).toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is AdminFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseCaller(value: unknown): AdminCaller | undefined {
  if (!isObject(value)) return undefined;
  const { user, uid, sudoUser } = value;
  if (typeof user !== 'string') return undefined;
  return {
    user: nameOf(user),
    ...(Number.isSafeInteger(uid) && { uid: uid as number }),
    ...(typeof sudoUser === 'string' && { sudoUser: nameOf(sudoUser) }),
  };
}

/** A name from the request, safe to log. */
function nameOf(text: string): string {
  return toDisplayText(text.slice(0, MAX_CALLER_LENGTH));
}

function parseCommand(fields: AdminFields): AdminRequest | undefined {
  const { command } = fields;
  const id = textOf(fields, 'id', parseId);
  switch (command) {
    case 'status':
    case 'who':
    case 'bans':
    case 'reload':
    case 'stop':
    case 'key':
      return { command };
    case 'users': {
      if (fields['pattern'] === undefined) return { command };
      const pattern = textOf(fields, 'pattern', parseIdPattern);
      return pattern && { command, pattern };
    }
    case 'show':
    case 'delete':
    case 'free':
    case 'key.show':
    case 'key.clear':
      return id && { command, id };
    case 'show.address': {
      const address = textOf(fields, 'address', parseIpAddress);
      return address === undefined ? undefined : { command, address };
    }
    case 'key.set': {
      const key = textOf(fields, 'key', parseKey);
      return id && key && { command, id, key };
    }
    case 'ban': {
      const target = parseTarget(fields);
      const { forMs } = fields;
      if (forMs === undefined) return target && { command, target };
      const isDuration = Number.isSafeInteger(forMs) && Number(forMs) > 0 && Number(forMs) <= MAX_BAN_MS;
      return target && isDuration ? { command, target, forMs: Number(forMs) } : undefined;
    }
    case 'unban': {
      const target = parseTarget(fields);
      return target && { command, target };
    }
    case 'backup': {
      const place = textOf(fields, 'place', toDisplayText);
      const { lastChange } = fields;
      const isNumber = Number.isSafeInteger(lastChange);
      return place !== undefined && isNumber ? { command, place, lastChange: Number(lastChange) } : undefined;
    }
    default:
      return undefined;
  }
}

function textOf<T>(fields: AdminFields, name: string, parse: (text: string) => T | undefined): T | undefined {
  const value = fields[name];
  return typeof value === 'string' ? parse(value) : undefined;
}

/** Parses an IP address. Returns it as the operating system writes it; `undefined` for anything else. */
function parseIpAddress(text: string): string | undefined {
  const network = text.includes('/') ? undefined : parseNetwork(text);
  return network && formatNetwork(network);
}

function parseTarget({ kind, name }: AdminFields): BanTarget | undefined {
  if (typeof name !== 'string') return undefined;
  if (kind === 'id') {
    const id = parseId(name);
    return id && { kind, name: id };
  }
  const network = kind === 'address' ? parseNetwork(name) : undefined;
  return network && { kind: 'address', name: formatNetwork(network) };
}
