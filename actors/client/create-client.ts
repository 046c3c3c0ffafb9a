/**
 * The client as a library. A program uses it to register, to manage a buddy list, and to make and take calls.
 *
 *     client (one_for_one)
 *     ├─ conversation (one_for_all)
 *     │  ├─ chats         one actor per call or chat, dynamic, temporary
 *     │  ├─ call-control  one peer at a time
 *     │  └─ client        the agent
 *     ├─ trust      reports what is known about the keys of the buddies
 *     ├─ heartbeat  GET every 10 s, and SET while the client listens
 *     └─ calls      listens for buddies; started by `listen`
 */

import { PATIENCE_MS } from '../../machines/client/call-control-context.js';
import type { HeartbeatReport } from '../../machines/client/events.js';
import type { AddedTrust, BuddyTrusts } from '../../machines/client/pins.js';
import type { PrivacyMode } from '../../machines/client/private-calls.js';
import type { Registration } from '../../machines/client/registration.js';
import { hostPort, parseHosts } from '../../protocol/address.js';
import type { BuddyList, Endpoint } from '../../protocol/buddy-list.js';
import type { DisplayText } from '../../protocol/display-text.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { parseKeyedId } from '../../protocol/key.js';
import { replyCode } from '../../protocol/reply.js';
import { type BanNotice, parseBanReply } from '../../protocol/reply-details.js';
import type { Change } from '../../protocol/request.js';
import { addChild } from '../../supervision/administration.js';
import { child } from '../../supervision/child-spec.js';
import { addressOf } from '../../supervision/mailbox.js';
import type { RunningTree } from '../../supervision/run.js';
import { supervisor } from '../../supervision/supervisor.js';
import { rootCause } from '../../supervision/supervisor-error.js';
import { type Log, SILENT_LOG } from '../log.js';
import { runTree } from '../run-tree.js';
import {
  AGENT,
  type AgentCommand,
  agentLogic,
  type ClientNotice,
  closedError,
  refuseCommand,
  sessionError,
} from './agent.js';
import type { Call, CallProgress } from './call-handles.js';
import { ClientError } from './client-error.js';
import { CALL_CONTROL, HEARTBEAT } from './client-names.js';
import {
  CLIENT_LIMITS,
  callsSpec,
  conversationSpec,
  heartbeatSpec,
  MAX_STASHED_EVENTS,
  RestartStateHolder,
  trustSpec,
  UNREAD_PATIENCE_MS,
} from './core.js';
import { Directory, defaultDataRoot } from './directory.js';
import { filePrivacy } from './file-privacy.js';
import { Inbox } from './inbox.js';
import { type Chat, MAX_UNSENT_MESSAGES } from './open-chat.js';
import type { Privacy } from './privacy.js';

/** The client's user, its server, and its limits. */
export interface CreateClientOptions {
  /** The user's id. Without it, `register` is the only request that works. */
  readonly user?: string;
  /**
   * The server's name or address; default `localhost`. Several servers of one directory are separated by
   * commas.
   */
  readonly server?: string;
  /** Default 1234. */
  readonly tcpPort?: number;
  /** Default 1235. */
  readonly udpPort?: number;
  /** The port on which `listen` takes calls; 0, the default, picks a free port. */
  readonly messagePort?: number;
  /**
   * The longest wait for an answer to a call, and for the network to take a line, in milliseconds; default
   * 60,000. When the program leaves a chat, this value limits two more waits. The first is the wait for each
   * confirmation. The second is the wait for the buddy to close the connection, if the buddy has sent nothing
   * since our last line; the default for this wait is 10,000.
   */
  readonly patienceMs?: number;
  /** Called with events that no method reports, such as a lost server or a refused call. */
  readonly onNotice?: (notice: ClientNotice) => void;
  /**
   * The directory of the keys; default the XDG data directory of the user who runs the program. `null`: no
   * keys are used, and nothing that the client learns about servers is stored.
   */
  readonly dataDirectory?: string | null;
  /**
   * Default `as-can`: a chat is private if both users have keys. `private`: no chat is in clear. `clear`: ids
   * are registered without keys, and a buddy without a known key is called in clear, even if the server does
   * not say whether the buddy has one. In each mode, if the user has a key here, a chat with a buddy whose
   * key is known is private.
   */
  readonly privacy?: PrivacyMode;
  /** Receives lifecycle events of the client's actors, crashes among them; default none. */
  readonly log?: Log;
}

const DEFAULTS = {
  server: 'localhost',
  tcpPort: 1234,
  udpPort: 1235,
  messagePort: 0,
  privacy: 'as-can',
  patienceMs: PATIENCE_MS,
  onNotice: () => {},
  log: SILENT_LOG,
} satisfies CreateClientOptions;

/** The server's reply: its code, such as 200, and its line. */
export interface ServerAnswer {
  readonly code: number;
  readonly text: DisplayText;
  /** Set if the operator of the server has banned the user, or the address of this machine; `code` is 204. */
  readonly ban?: BanNotice;
  /**
   * Whether the registered id has a key. Present after a successful `register`, unless the client makes no
   * keys or already knew that the server keeps none.
   */
  readonly registration?: Registration;
  /** What is known about the key of the buddy. Present only after `add`, for a user with a key here. */
  readonly trust?: AddedTrust;
}

/**
 * A running client. Every method that fails rejects with a {@link ClientError}. Besides the codes that a
 * method names, these are possible: `id.invalid`, `client.closed`, `server.*` and `user.*`, and for a user
 * with a key also `key.*`.
 */
export interface Client {
  /** Registers an id; code 200 means that it is registered. Rejects with `server.unreachable`. */
  register(id: string): Promise<ServerAnswer>;
  /**
   * Adds a buddy to the user's list. If the user has a key here, also stores the buddy's key. For `bob#KEY`,
   * that is KEY, whatever the server replies. For `bob`, it is the key that the server names, and it is
   * stored only if the server has added the buddy. Rejects with `server.unreachable`.
   */
  add(buddy: string): Promise<ServerAnswer>;
  /** Deletes a buddy from the user's list. Rejects with `server.unreachable`. */
  del(buddy: string): Promise<ServerAnswer>;
  /**
   * Asks the server for the user's buddies. `mayBeCut` is true if buddies may be missing from the answer.
   * Rejects with `server.silent` after 2.1 s, or after up to 6.1 s when the server does not answer over TCP
   * either.
   */
  buddies(): Promise<BuddyList>;
  /** What is known about the keys of buddies, by id. Empty for a user without a key here. */
  trust(): Promise<BuddyTrusts>;
  /**
   * Yields the user's buddies, and yields them again after each change. The client asks the server every
   * 10 s. A slow reader gets only the latest list.
   */
  watchBuddies(): AsyncIterable<BuddyList>;
  /**
   * Starts to take calls, and announces the user as ONLINE every 10 s. Resolves with the port. Rejects with
   * `port.unavailable`, or with `call.not-private` if `privacy` is `private` and the user has no key here.
   */
  listen(): Promise<number>;
  /** Replaces the list of ids and addresses whose calls are refused without a notice. */
  block(names: readonly string[]): void;
  /** Incoming calls. A call that is not answered in time is refused. */
  readonly calls: AsyncIterable<Call>;
  /**
   * Calls a buddy at the address that the server gives, and resolves when the buddy accepts. Rejects with
   * `buddy.*`, `list.cut`, `client.busy`, `server.silent`, `key.changed` or `call.not-private`.
   */
  call(buddy: string, options?: CallOptions): Promise<Chat>;
  /** Leaves the chat, announces the user as OFFLINE if the client has listened, and ends the client. */
  close(): Promise<void>;
  /** Resolves when the client has ended, with an error if its actors crashed too often. */
  readonly ended: Promise<{ readonly error?: unknown }>;
}

export interface CallOptions {
  /** Called with the progress of the call and the address that is called. */
  readonly onProgress?: (progress: CallProgress, endpoint: Endpoint) => void;
}

/**
 * Starts a client.
 *
 * @throws ClientError `id.invalid` when `user` is not a valid id.
 */
export function createClient(options: CreateClientOptions = {}): Client {
  return new ProgramClient(options);
}

/** Like {@link createClient}, but uses the given keys of the user and of the buddies. For tests. */
export function createKeyedClient(options: CreateClientOptions, privacy: Privacy): Client {
  return new ProgramClient(options, privacy);
}

class ProgramClient implements Client {
  readonly calls = new Inbox<Call>();
  readonly ended: RunningTree['ended'];
  readonly #id: UserId | undefined;
  readonly #directory: Directory;
  readonly #privacy: Privacy;
  readonly #messagePort: number;
  /** The address of the server, as the user gave it. */
  readonly #server: string;
  readonly #holder: RestartStateHolder;
  readonly #watchers = new Set<Inbox<BuddyList>>();
  readonly #tree: RunningTree;
  /** Aborts requests to the server when the client ends. */
  readonly #end = new AbortController();
  /** The blocked names. Call control gets them again when it is restarted. */
  #blocked: readonly string[] = [];
  /** Why the session of the user has ended. */
  #sessionError: ClientError | undefined;
  #asking: Promise<BuddyList> | undefined;
  #listening: Promise<number> | undefined;

  constructor(options: CreateClientOptions, privacy?: Privacy) {
    // DEFAULTS is not spread, because an option that is given as `undefined` must get its default, too.
    const {
      server = DEFAULTS.server,
      tcpPort = DEFAULTS.tcpPort,
      udpPort = DEFAULTS.udpPort,
      messagePort = DEFAULTS.messagePort,
      patienceMs = DEFAULTS.patienceMs,
      onNotice = DEFAULTS.onNotice,
      log = DEFAULTS.log,
      privacy: mode = DEFAULTS.privacy,
      dataDirectory = defaultDataRoot(),
    } = options;
    const dataRoot = dataDirectory ?? undefined;
    const user = options.user === undefined ? undefined : assertId(options.user);
    this.#id = user;
    this.#server = parseHosts(server)
      .map((host) => hostPort(host, tcpPort))
      .join(', ');
    this.#directory = new Directory({
      server: { host: server, tcpPort, udpPort },
      dataRoot,
      keys: dataDirectory !== null && mode !== 'clear',
    });
    this.#privacy = privacy ?? filePrivacy(this.#directory, { dataRoot, mode, keepsLines: false });
    this.#messagePort = messagePort;
    this.#holder = new RestartStateHolder(user && { id: user, attendance: 'here' });
    this.#tree = runTree(
      supervisor({
        strategy: 'one_for_one',
        autoShutdown: 'any',
        limits: CLIENT_LIMITS,
        children: [
          conversationSpec(
            child({
              id: AGENT,
              address: { stashLimit: MAX_STASHED_EVENTS, refuse: refuseCommand },
              logic: agentLogic,
              input: (system) => ({
                user,
                heartbeat: addressOf(system, HEARTBEAT),
                callControl: addressOf(system, CALL_CONTROL),
                onNotice,
                calls: this.calls,
                watchers: this.#watchers,
              }),
            }),
            this.#holder,
            () => ({
              patienceMs,
              maxLines: MAX_UNSENT_MESSAGES,
              maxHeldLines: MAX_UNSENT_MESSAGES,
              unreadMs: options.patienceMs ?? UNREAD_PATIENCE_MS,
              blocked: this.#blocked,
            }),
            this.#privacy,
          ),
          trustSpec(this.#privacy, this.#holder),
          heartbeatSpec({ host: server, tcpPort, udpPort }, this.#holder, this.#directory),
        ],
      }),
      { log, onEmitted: (event) => this.#onEmitted(event) },
    );
    this.ended = this.#tree.ended.finally(() => this.#privacy.finished());
    this.ended.then(() => this.#onEnded());
  }

  register(id: string): Promise<ServerAnswer> {
    return this.#change('REG', () => [assertId(id)]);
  }

  async add(buddy: string): Promise<ServerAnswer> {
    const added = parseKeyedId(buddy) ?? { id: assertId(buddy) };
    const user = this.#user;
    const answer = await this.#change('ADD', () => [user, added.id]);
    if (answer.code !== 200 && !('key' in added)) return answer;
    const trust = await this.#privacy.checkAdded(user, added);
    return { ...answer, ...(trust && { trust }) };
  }

  del(buddy: string): Promise<ServerAnswer> {
    return this.#change('DEL', () => [this.#user, assertId(buddy)]);
  }

  /** At most one question is pending. If `buddies` is called again meanwhile, that call shares the answer. */
  async buddies(): Promise<BuddyList> {
    this.#assertUser();
    await this.#waitUntilReady();
    await this.#assertSession();
    this.#asking ??= this.#ask<BuddyList>((request) => ({ type: 'buddies.ask', request })).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async trust(): Promise<BuddyTrusts> {
    const user = this.#user;
    await this.#waitUntilReady();
    return this.#privacy.keyOf(user) === undefined ? new Map() : this.#privacy.keeper.trustInAll(user);
  }

  async *watchBuddies(): AsyncIterable<BuddyList> {
    this.#assertUser();
    await this.#waitUntilReady();
    const inbox = new Inbox<BuddyList>();
    this.#watchers.add(inbox);
    // The agent puts the answer into the inbox of every watcher; `onNotice` reports a silent server.
    this.buddies().catch(() => {});
    let last: string | undefined;
    try {
      for await (const buddies of inbox) {
        const seen = JSON.stringify([buddies, buddies.mayBeCut]);
        if (seen !== last) yield buddies;
        last = seen;
      }
    } finally {
      this.#watchers.delete(inbox);
    }
  }

  async listen(): Promise<number> {
    this.#assertUser();
    await this.#waitUntilReady();
    await this.#assertSession();
    this.#assertCallable();
    this.#listening ??= this.#listen().catch((error) => {
      this.#listening = undefined; // a later call tries again
      throw error;
    });
    return this.#listening;
  }

  block(names: readonly string[]): void {
    this.#blocked = names.map((name) => name.toLowerCase());
    if (this.#end.signal.aborted) return;
    addressOf(this.#tree.root.system, CALL_CONTROL).send({ type: 'callers.block', names: this.#blocked });
  }

  async call(buddy: string, { onProgress }: CallOptions = {}): Promise<Chat> {
    const id = assertId(buddy);
    const buddies = await this.buddies();
    this.#assertCallable();
    const found = buddies.find((other) => other.id === id);
    if (found === undefined) throw unlistedError(id, buddies);
    const { endpoint } = found;
    if (endpoint === undefined) throw new ClientError('buddy.offline', `${id} is offline`);
    return this.#ask<Chat>(({ resolve, reject }) => ({
      type: 'call.request',
      request: { buddy: id, endpoint, onProgress, resolve, reject },
    }));
  }

  async close(): Promise<void> {
    this.#onEnded();
    this.#tree.shutdown();
    await this.ended;
  }

  get #user(): UserId {
    if (this.#id === undefined) throw new ClientError('user.missing', 'the client was made without a user');
    return this.#id;
  }

  async #change(op: Change['op'], idsOf: () => readonly UserId[]): Promise<ServerAnswer> {
    const ids = idsOf();
    await this.#waitUntilReady();
    const { line, registration } = await this.#directory
      .request(op, ids, this.#end.signal)
      .catch((error: Error) => {
        throw error instanceof ClientError ? error : unreachableError(this.#server, error);
      });
    const code = replyCode(line);
    if (code === undefined)
      throw new ClientError('server.unreachable', `the server's reply is not valid: ${line}`);
    const ban = parseBanReply(line);
    return { code, text: line, ...(ban && { ban }), ...(registration && { registration }) };
  }

  async #listen(): Promise<number> {
    const spec = callsSpec(this.#messagePort, this.#holder);
    const started = await addChild(this.#tree.root, spec).catch(() => undefined);
    const { callPort } = this.#holder.state;
    if (started?.ok && callPort !== undefined) return callPort;
    if (!started || started.ok || started.code === 'shutting_down') throw closedError();
    throw unavailableError(this.#messagePort, rootCause(started.error));
  }

  /** Sends the agent a command with a request that the agent resolves or rejects. */
  #ask<TAnswer>(commandOf: (request: Resolvers<TAnswer>) => AgentCommand): Promise<TAnswer> {
    return new Promise((resolve, reject) => {
      const command = commandOf({ resolve, reject });
      if (this.#end.signal.aborted) refuseCommand(command);
      else addressOf(this.#tree.root.system, AGENT).send(command);
    });
  }

  /** Resolves when the whole tree is ready; rejects if the client has ended. */
  async #waitUntilReady(): Promise<void> {
    const isReady = await this.#tree.ready;
    if (!isReady || this.#end.signal.aborted) throw closedError();
  }

  #assertUser(): void {
    this.#user;
  }

  /** Rejects if the user has no session any more, or cannot have one. */
  async #assertSession(): Promise<void> {
    if (this.#sessionError !== undefined) throw this.#sessionError;
    await this.#directory.assertUsable(this.#user);
  }

  #onEmitted(event: { readonly type: unknown }): void {
    this.#holder.update(event);
    if (event.type !== 'session.ended') return;
    this.#sessionError = sessionError(event as Extract<HeartbeatReport, { type: 'session.ended' }>);
  }

  /** Throws if no call can be private, and none may be in clear. */
  #assertCallable(): void {
    const { mode, keyOf } = this.#privacy;
    if (mode === 'private' && keyOf(this.#user) === undefined)
      throw new ClientError('call.not-private', `${this.#id} has no key here`);
  }

  #onEnded(): void {
    this.#end.abort();
    this.#directory.close();
    this.calls.end();
    for (const watcher of this.#watchers) watcher.end();
  }
}

interface Resolvers<TAnswer> {
  resolve(answer: TAnswer): void;
  reject(error: unknown): void;
}

function assertId(text: string): UserId {
  const id = parseId(text);
  if (id !== undefined) return id;
  const rule = 'an id has 1 to 64 letters, digits and _ . @ + -. It begins with a letter, a digit or _';
  throw new ClientError('id.invalid', `'${text}' is not a valid id: ${rule}`);
}

function unlistedError(id: UserId, { mayBeCut }: BuddyList): ClientError {
  if (!mayBeCut) return new ClientError('buddy.unknown', `${id} is not on the buddy list`);
  const reason = 'not on the part of the buddy list that the server sent: the list may be cut';
  return new ClientError('list.cut', `${id} is ${reason}`);
}

function unreachableError(server: string, cause: Error): ClientError {
  const message = `the server ${server} could not be asked: ${cause.message}`;
  return new ClientError('server.unreachable', message, cause);
}

function unavailableError(port: number, cause: unknown): ClientError {
  const { code, message } = (cause ?? {}) as NodeJS.ErrnoException;
  const reason = { EADDRINUSE: 'is in use', EACCES: 'needs privileges' }[code ?? ''];
  return new ClientError(
    'port.unavailable',
    `TCP port ${port} ${reason ?? `cannot be listened on: ${message}`}`,
    cause,
  );
}
