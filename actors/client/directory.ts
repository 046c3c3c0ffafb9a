/**
 * The directory, as one program speaks to it: requests over TCP, sealed where the user's key is here and the
 * server keeps keys, in clear as ever where it keeps none.
 *
 * A program has one directory. It holds secrets in private fields, so actors get it by closure: it is never
 * part of an input, an event or a context. No request is ever sent both sealed and in clear.
 */

import type { DatagramSeal } from '../../keys/datagram-seal.js';
import type { DeviceCredentials } from '../../keys/device-credentials.js';
import { Identity } from '../../keys/identity.js';
import type { ServerReply, SignInCheck } from '../../machines/client/events.js';
import type { LoginOutcome } from '../../machines/client/login-outcome.js';
import type { Registration } from '../../machines/client/registration.js';
import { type WhoAnswer, whoAnswerIn } from '../../machines/client/who.js';
import { hostPort } from '../../protocol/address.js';
import type { Device } from '../../protocol/device.js';
import { type DisplayText, toDisplayText } from '../../protocol/display-text.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { replyCode } from '../../protocol/reply.js';
import { parseLoginReply, parseWhoReply } from '../../protocol/reply-details.js';
import { type Change, encodeLogin, encodeRequest, type LoginMode } from '../../protocol/request.js';
import type { SessionId } from '../../protocol/sealed-datagram.js';
import type { Files } from '../../storage/files/files.js';
import { dataDirectory } from '../../user-files/directories.js';
import { type KeyFileName, type ServerName, serverName } from '../../user-files/key-file-name.js';
import { isFailed } from '../../user-files/private-directory.js';
import { Servers } from '../../user-files/servers.js';
import { ask, REPLY_TIMEOUT_MS } from './ask-server.js';
import { ClientError, type ClientErrorCode, missingError, revokedError } from './client-error.js';
import { type HeldKey, Keyring, stranger } from './keyring.js';
import { askSealed, type SealedReply, UnacceptedError } from './sealed-request.js';
import { type IdentifiedServer, ServerIdentification } from './server-identification.js';

/** Longest wait for the reply to WHO, in milliseconds. */
const WHO_TIMEOUT_MS = 3_000;

/** How long the answer to WHO is used again, in milliseconds. */
const WHO_CACHE_MS = 60_000;

/** The maximum number of answers to WHO that are kept. */
const MAX_CACHED_ANSWERS = 1_000;

export interface ServerPorts {
  /** Name or address. */
  readonly host: string;
  readonly tcpPort: number;
  readonly udpPort: number;
}

export interface DirectoryOptions {
  readonly server: ServerPorts;
  /** The data directory of the client; `undefined`: nothing can be stored, so no id gets a key. */
  readonly dataRoot: string | undefined;
  /** Whether ids are registered with keys. False registers them in clear; keys that exist are used anyway. */
  readonly keys: boolean;
  /** Tests pass a simulated file system, and clocks: the wall clock and monotonic time, in milliseconds. */
  readonly files?: Files;
  readonly now?: () => number;
  readonly uptime?: () => number;
}

/** What this machine holds for an id. `unknown` has the code of the error with which requests reject. */
export type Standing =
  | Exclude<SignInCheck, { holds: 'unknown' }>
  | (Extract<SignInCheck, { holds: 'unknown' }> & { readonly code: ClientErrorCode });

/** What came of a LOG. `open`: the session, and the seal of its datagrams, which shows no key. */
export type Login =
  | { readonly outcome: 'open'; readonly session: SessionId; readonly seal: DatagramSeal }
  | { readonly outcome: Exclude<LoginOutcome, 'open'> };

/** What came of typed words. It never contains a word. */
export type Restored =
  | { readonly restored: true }
  | { readonly restored: false; readonly reason: DisplayText };

/** An identified server that keeps keys. */
type KeyedServer = Extract<IdentifiedServer, { keeps: 'keys' }>;

export class Directory {
  readonly #server: ServerPorts;
  readonly #keys: boolean;
  readonly #uptime: () => number;
  readonly #identification: ServerIdentification;
  readonly #keyring: Keyring;
  readonly #end = new AbortController();
  /** The keys that {@link prepare} found. */
  readonly #prepared = new Map<UserId, HeldKey>();
  readonly #answers = new Map<UserId, { readonly answer: WhoAnswer; readonly atMs: number }>();
  readonly #asking = new Map<UserId, Promise<WhoAnswer>>();
  #serverName: ServerName | undefined;

  constructor(options: DirectoryOptions) {
    const { server, dataRoot, keys, files, now = Date.now, uptime = monotonicMs } = options;
    this.#server = server;
    this.#keys = keys;
    this.#uptime = uptime;
    this.#identification = new ServerIdentification(
      this.#endpoint,
      new Servers(dataRoot, files),
      this.#end.signal,
    );
    this.#keyring = new Keyring(dataRoot, now, files);
  }

  /** The part of the server in the names of files, once the server was identified. */
  serverName(): ServerName | undefined {
    return this.#serverName;
  }

  /** The device that speaks for an id, if {@link prepare} found one. */
  credentialsOf(id: UserId): DeviceCredentials | undefined {
    return this.#prepared.get(id)?.credentials;
  }

  /** Aborts what is under way. */
  close(): void {
    this.#end.abort();
  }

  /**
   * Sends REG, ADD or DEL, and resolves with the reply. Rejects with a {@link ClientError} if nothing was
   * sent, or with an error of the network whose message says why there is no reply.
   */
  async request(op: Change['op'], ids: readonly string[], signal: AbortSignal): Promise<ServerReply> {
    const [id] = ids.map(parseId);
    if (op === 'REG') return this.#register(id, ids, signal);
    const request = encodeRequest(op, ...ids);
    const server = await this.#identify();
    if (server.keeps !== 'keys') return this.#askInClear(request, signal);
    if (id !== undefined) await this.assertUsable(id);
    return (await this.#askAs(id, this.#heldFor(id), server, request, signal)).reply;
  }

  /**
   * What this machine holds for an id, without asking the server about the id, unless its registration was
   * not confirmed. Reads the files again, because other processes change them too. Never rejects.
   */
  async prepare(id: UserId): Promise<Standing> {
    try {
      const server = await this.#identify();
      if (server.keeps !== 'keys') return NOTHING;
      const held = await this.#read(id, server);
      return held === undefined ? NOTHING : { holds: 'key', remindsOfWords: held.hasSeed };
    } catch (error) {
      return standingOf(error);
    }
  }

  /**
   * As {@link prepare}, but also asks the server whether the id has a key, if none is here. A server that
   * does not answer leaves it at that: it decides itself what an id without a key may do. Never rejects.
   */
  async standing(id: UserId): Promise<Standing> {
    const prepared = await this.prepare(id);
    if (prepared.holds !== 'nothing') return prepared;
    try {
      const server = await this.#identify();
      if (server.keeps !== 'keys') return NOTHING;
      const answer = await this.#freshWho(id, server);
      return answer.says === 'key' ? { holds: 'no-key' } : NOTHING;
    } catch (error) {
      return error instanceof ClientError && error.code === 'server.changed' ? standingOf(error) : NOTHING;
    }
  }

  /** As {@link standing}, for a user who signs in and is told whether the server keeps no keys. */
  async checkSignIn(id: UserId): Promise<SignInCheck> {
    const standing = await this.standing(id);
    const isNews = standing.holds === 'nothing' && this.#identification.takeKeylessNews();
    return isNews ? { holds: 'nothing', isNews: true } : standing;
  }

  /** Rejects with a {@link ClientError} if the id has a key that this machine cannot use. */
  async assertUsable(id: UserId): Promise<void> {
    const standing = await this.standing(id);
    if (standing.holds === 'no-key') throw missingError(id);
    if (standing.holds === 'unknown') throw new ClientError(standing.code, standing.reason);
  }

  /** What the server says about the key of an id. An answer counts for 60 s. Never rejects. */
  async who(id: UserId): Promise<WhoAnswer> {
    try {
      const server = await this.#identify();
      if (server.keeps === 'no-keys') return { says: 'keyless-server' };
      return server.keeps === 'keys' ? await this.#freshWho(id, server) : { says: 'nothing' };
    } catch {
      return { says: 'nothing' };
    }
  }

  /**
   * Opens a session for a user whose key is here.
   *
   * @param address The resolved address of the server. Datagrams must go to the same address.
   */
  async logIn(id: UserId, mode: LoginMode, address: string, signal: AbortSignal): Promise<Login> {
    try {
      const server = await this.#identify();
      const held = server.keeps === 'keys' ? await this.#read(id, server) : undefined;
      if (server.keeps !== 'keys' || held === undefined) return { outcome: 'no-key' };
      const request = encodeLogin(id, mode);
      const { reply, seal } = await this.#askAs(id, held, server, request, signal, { address });
      const session = parseLoginReply(reply.line);
      if (session !== undefined && seal !== undefined) return { outcome: 'open', session, seal };
      return { outcome: LOGIN_OUTCOMES[replyCode(reply.line) ?? 0] ?? 'busy' };
    } catch (error) {
      return { outcome: loginOutcomeOf(error) };
    }
  }

  /**
   * Brings an id back on this machine, with the 24 words that its user has typed: makes a new device, and
   * stores it durably.
   */
  async restore(id: UserId, typed: string): Promise<Restored> {
    const identity = Identity.fromWords(typed);
    if ('problem' in identity) return refused(WORDS_PROBLEMS[identity.problem]);
    try {
      const server = await this.#identify();
      if (server.keeps !== 'keys') return refused('this server keeps no keys');
      const { line } = await this.#askWho(id, server);
      const newest = parseWhoReply(line);
      if (replyCode(line) === 202) return refused(`${id} is not registered with this server`);
      if (newest === 'open') return refused(`${id} has no key at this server`);
      if (newest === undefined) return refused(`the server answered: ${line}`);
      if (newest.identity !== identity.key)
        return refused(`these are the words of another key than that of ${id}`);
      return await this.#store(id, server, identity, newest);
    } catch (error) {
      return refused((error as Error).message);
    }
  }

  /** The 24 words of an id whose user has not copied them yet: a secret. */
  async words(id: UserId): Promise<readonly string[] | undefined> {
    const server = await this.#identification.known();
    if (server?.keeps !== 'keys') return undefined;
    const words = await this.#keyring.words({ id, server: server.name });
    return isFailed(words) ? undefined : words;
  }

  /** Removes the seed of an id from this machine: its user has copied the words. */
  async dropSeed(id: UserId): Promise<void> {
    const server = await this.#identification.known();
    const held = this.#prepared.get(id);
    if (server?.keeps !== 'keys' || held === undefined) return;
    await this.#keyring.dropSeed({ id, server: server.name }, held.identity);
  }

  get #endpoint() {
    return { host: this.#server.host, port: this.#server.tcpPort };
  }

  async #identify(options?: { readonly asksAgain: boolean }): Promise<IdentifiedServer> {
    // Without a key there is nothing to seal: all servers see what they saw before there were keys.
    if (!this.#keys && !(await this.#keyring.holdsAny()))
      return { keeps: 'no-keys', name: serverName(this.#endpoint, undefined) };
    const server = await this.#identification.identify(options);
    if (server.keeps !== 'unknown') this.#serverName = server.name;
    return server;
  }

  /** Reads the key of an id. Resolves a registration that was not confirmed. */
  async #read(id: UserId, server: KeyedServer): Promise<HeldKey | undefined> {
    const name = { id, server: server.name };
    const held = await this.#keyring.read(name);
    if (isFailed(held)) throw unreadableError(id, held.reason);
    const confirmed = held?.isTentative ? await this.#resolve(name, held, server) : held;
    if (confirmed === undefined) this.#prepared.delete(id);
    else this.#prepared.set(id, confirmed);
    return confirmed;
  }

  /** Asks whether the server knows a key whose registration got no reply. */
  async #resolve(name: KeyFileName, held: HeldKey, server: KeyedServer): Promise<HeldKey | undefined> {
    const reply = await this.#askWho(name.id, server).catch((error) => {
      throw error instanceof ClientError ? error : new ClientError('server.busy', BUSY, error);
    });
    const answer = whoAnswerIn(reply.line);
    if (answer.says === 'nothing') throw new ClientError('server.busy', BUSY);
    if (answer.says === 'key' && answer.key === held.identity) {
      await this.#keyring.confirm(name, held.identity);
      return held;
    }
    // While the id is not registered, the file stays for the next REG.
    if (answer.says !== 'unregistered') await this.#keyring.remove(name, held.identity);
    return undefined;
  }

  async #register(id: UserId | undefined, ids: readonly string[], signal: AbortSignal): Promise<ServerReply> {
    const request = encodeRequest('REG', ...ids);
    const server = await this.#identify({ asksAgain: this.#keys });
    if (server.keeps === 'unknown' && this.#keys) {
      if (server.reply !== undefined) return server.reply;
      throw new ClientError('server.busy', `${server.reason}. ${REGISTER_IN_CLEAR}`);
    }
    if (server.keeps === 'keys' && id === undefined)
      return (await this.#askSealed(this.#heldFor(id), server, request, signal)).reply;
    if (server.keeps !== 'keys' || id === undefined) {
      const reply = await this.#askInClear(request, signal);
      return this.#keys && this.#identification.takeKeylessNews()
        ? withRegistration(reply, { with: 'nothing', why: 'keyless-server' })
        : reply;
    }
    if (!this.#keys) return this.#registerInClear(id, server, request, signal);
    const name = { id, server: server.name };
    const read = await this.#keyring.read(name);
    if (isFailed(read)) throw unreadableError(id, read.reason);
    const held = read ?? (await this.#keyring.create(name));
    if (!isFailed(held)) return this.#registerKey(name, held, server, signal);
    const reply = await this.#registerInClear(id, server, request, signal);
    return withRegistration(reply, {
      with: 'nothing',
      why: 'not-stored',
      reason: toDisplayText(held.reason),
    });
  }

  /** Registers an id without a key. First makes sure that this is the known server. */
  async #registerInClear(
    id: UserId,
    server: KeyedServer,
    request: string,
    signal: AbortSignal,
  ): Promise<ServerReply> {
    await this.#askWho(id, server);
    return this.#askInClear(request, signal);
  }

  /** Registers an id with a key that is stored already. */
  async #registerKey(
    name: KeyFileName,
    held: HeldKey,
    server: KeyedServer,
    signal: AbortSignal,
  ): Promise<ServerReply> {
    const { id } = name;
    this.#answers.delete(id);
    let reply: ServerReply;
    try {
      reply = (await this.#askSealed(held, server, encodeRequest('REG', id), signal)).reply;
    } catch (error) {
      // The reply may be lost, and the id registered. If that cannot be found out, the file stays tentative.
      if (!held.isTentative || !(await this.#isRegistered(name, held, server))) throw error;
      return registered(held);
    }
    if (reply.done) {
      await this.#keyring.confirm(name, held.identity);
      this.#prepared.set(id, held);
      return registered(held, reply);
    }
    const isOurs =
      replyCode(reply.line) === 203 && held.isTentative && (await this.#isRegistered(name, held, server));
    return isOurs ? registered(held) : reply;
  }

  /** True if the server names this key for the id. Then the registration is confirmed. */
  async #isRegistered({ id }: KeyFileName, held: HeldKey, server: KeyedServer): Promise<boolean> {
    try {
      return (await this.#read(id, server))?.identity === held.identity;
    } catch {
      return false;
    }
  }

  async #store(id: UserId, server: KeyedServer, identity: Identity, newest: Device): Promise<Restored> {
    const held = await this.#keyring.restore({ id, server: server.name }, identity, newest);
    if (isFailed(held)) return refused(`the key cannot be stored: ${held.reason}`);
    this.#prepared.set(id, held);
    this.#answers.delete(id);
    return { restored: true };
  }

  /** The key that speaks for an id, or that of a stranger. */
  #heldFor(id: UserId | undefined): HeldKey {
    const own = id === undefined ? undefined : this.#prepared.get(id);
    return own ?? stranger();
  }

  #askInClear(request: string, signal: AbortSignal): Promise<ServerReply> {
    return ask(this.#endpoint, request, AbortSignal.any([signal, this.#end.signal]));
  }

  /** Sends a sealed request, and finds out why the server does not accept the device. */
  async #askAs(
    id: UserId | undefined,
    held: HeldKey,
    server: KeyedServer,
    request: string,
    signal: AbortSignal,
    options: SealedOptions = {},
  ): Promise<SealedReply> {
    try {
      return await this.#askSealed(held, server, request, signal, options);
    } catch (error) {
      if (!(error instanceof UnacceptedError) || id === undefined) throw error;
      throw (await this.#isRevoked(id, held, server)) ? revokedError(id) : error;
    }
  }

  #askSealed(
    held: HeldKey,
    server: KeyedServer,
    request: string,
    signal: AbortSignal,
    { address = this.#server.host, timeoutMs = REPLY_TIMEOUT_MS }: SealedOptions = {},
  ): Promise<SealedReply> {
    return askSealed({
      server: { host: address, port: this.#server.tcpPort },
      name: hostPort(this.#server.host, this.#server.tcpPort),
      serverKey: server.key,
      context: held.context,
      request,
      signal: AbortSignal.any([signal, this.#end.signal]),
      timeoutMs,
    });
  }

  /** Asks WHO as a stranger: a device that was revoked gets no answer. */
  async #askWho(id: UserId, server: KeyedServer): Promise<ServerReply> {
    const request = encodeRequest('WHO', id);
    const options = { timeoutMs: WHO_TIMEOUT_MS };
    return (await this.#askSealed(this.#heldFor(undefined), server, request, this.#end.signal, options))
      .reply;
  }

  /** A server may close without a reply for other reasons too. The floor of the id decides. */
  async #isRevoked(id: UserId, { credentials }: HeldKey, server: KeyedServer): Promise<boolean> {
    const { identity, serial } = credentials.device;
    const reply = await this.#askWho(id, server).catch(() => undefined);
    const newest = reply && parseWhoReply(reply.line);
    return typeof newest === 'object' && newest.identity === identity && newest.floor > serial;
  }

  /** Asks WHO, unless an answer is known that is not too old. Rejects with an error of the network. */
  #freshWho(id: UserId, server: KeyedServer): Promise<WhoAnswer> {
    const known = this.#answers.get(id);
    if (known !== undefined && this.#uptime() - known.atMs < WHO_CACHE_MS)
      return Promise.resolve(known.answer);
    const asking =
      this.#asking.get(id) ??
      this.#askWho(id, server)
        .then(({ line }) => this.#remember(id, whoAnswerIn(line)))
        .finally(() => this.#asking.delete(id));
    this.#asking.set(id, asking);
    return asking;
  }

  #remember(id: UserId, answer: WhoAnswer): WhoAnswer {
    this.#answers.delete(id);
    if (answer.says === 'nothing') return answer;
    const [oldest] = this.#answers.keys();
    if (oldest !== undefined && this.#answers.size >= MAX_CACHED_ANSWERS) this.#answers.delete(oldest);
    this.#answers.set(id, { answer, atMs: this.#uptime() });
    return answer;
  }
}

interface SealedOptions {
  /** In place of the host: its resolved address. */
  readonly address?: string;
  readonly timeoutMs?: number;
}

const NOTHING: Standing = { holds: 'nothing' };

const REGISTER_IN_CLEAR =
  'The server did not say whether it keeps keys: to register without a key, start with --clear';

const BUSY = 'the server is busy: try again in a minute';

/** What a reply to LOG means that opens no session. Other replies count as busy. */
const LOGIN_OUTCOMES: Readonly<Record<number, Exclude<LoginOutcome, 'open'>>> = {
  202: 'unregistered',
  204: 'denied',
  207: 'elsewhere',
};

const WORDS_PROBLEMS = {
  'wrong-count': 'it takes 24 words',
  'unknown-word': 'one of the words is not in the list of words',
  'wrong-checksum': 'at least one word is wrong, or their order is',
} as const;

/** The data directory of the user who runs this program; `undefined` without a home. */
export function defaultDataRoot(): string | undefined {
  return dataDirectory(process.env);
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

function withRegistration(reply: ServerReply, registration: Registration): ServerReply {
  return reply.done ? { ...reply, registration } : reply;
}

/** The reply to a registration with a key. A lost reply is made up: WHO named the key. */
function registered({ hasSeed }: HeldKey, reply = REGISTERED): ServerReply {
  return { ...reply, registration: { with: 'key', remindsOfWords: hasSeed } };
}

const REGISTERED: ServerReply = { line: toDisplayText('200 OK'), done: true };

function refused(reason: string): Restored {
  return { restored: false, reason: toDisplayText(reason) };
}

function unreadableError(id: UserId, reason: string): ClientError {
  return new ClientError('key.unreadable', `the key of ${id} cannot be read, so nothing was sent: ${reason}`);
}

/** What an error means for an id. Without a connection, no more is known than that no key is here. */
function standingOf(error: unknown): Standing {
  if (!(error instanceof ClientError)) return NOTHING;
  return { holds: 'unknown', code: error.code, reason: toDisplayText(error.message) };
}

function loginOutcomeOf(error: unknown): Exclude<LoginOutcome, 'open'> {
  return error instanceof ClientError ? (ERROR_OUTCOMES[error.code] ?? 'no-key') : 'unreachable';
}

const ERROR_OUTCOMES: Readonly<Partial<Record<ClientErrorCode, Exclude<LoginOutcome, 'open'>>>> = {
  'server.busy': 'busy',
  'server.changed': 'changed',
  'key.revoked': 'revoked',
};
