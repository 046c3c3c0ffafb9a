/**
 * The client's tree. Only this file and core.ts wire the actors of the terminal client.
 *
 *     client (one_for_one)
 *     ├─ conversation (one_for_all)
 *     │  ├─ chats         one actor per call or chat, dynamic, temporary
 *     │  ├─ call-control  one peer at a time
 *     │  └─ client        the statechart
 *     ├─ archive    history and block list, in local files
 *     ├─ terminal   keys in, lines out
 *     ├─ trust      reports what is known about the keys of the buddies
 *     ├─ heartbeat  SET and GET every 10 s
 *     └─ calls      listens for buddies
 *
 * The actors start from top to bottom. The archive and the actors below it send events to the statechart, so
 * they start after it. core.ts has the parts that a program's client also uses.
 */

import { fromPromise } from 'xstate';
import { PATIENCE_MS } from '../../machines/client/call-control-context.js';
import { clientMachine } from '../../machines/client/client.js';
import type { PrivacyMode } from '../../machines/client/private-calls.js';
import type { LinesDropped } from '../../machines/client/restart-state.js';
import type { UserId } from '../../protocol/id.js';
import { child } from '../../supervision/child-spec.js';
import type { LifecycleEvent } from '../../supervision/lifecycle.js';
import { addressOf } from '../../supervision/mailbox.js';
import type { RunningTree } from '../../supervision/run.js';
import { supervisor } from '../../supervision/supervisor.js';
import type { Console, ConsoleListener } from '../../terminal/console.js';
import type { Log } from '../log.js';
import { type RunTreeOptions, runTree } from '../run-tree.js';
import { type ArchiveFiles, archiveLogic } from './archive-actor.js';
import { ARCHIVE, CALL_CONTROL, CLIENT, HEARTBEAT, TERMINAL } from './client-names.js';
import {
  type CallLimits,
  CLIENT_LIMITS,
  callsSpec,
  conversationSpec,
  heartbeatSpec,
  MAX_STASHED_EVENTS,
  RestartStateHolder,
  trustSpec,
  UNREAD_PATIENCE_MS,
} from './core.js';
import { Directory } from './directory.js';
import { filePrivacy } from './file-privacy.js';
import { compareWordsLogic, findWordsLogic, keyedAskLogic } from './key-questions.js';
import type { Privacy } from './privacy.js';
import { terminalWith } from './terminal.js';

/**
 * A user sends one line at a time, and one more line is held while the buddy does not read. Only the
 * undelivered lines of a broken chat are sent together, at most `maxLines` of them.
 */
const PERSONS_CALL_LIMITS: CallLimits = {
  patienceMs: PATIENCE_MS,
  maxLines: 1_001,
  maxHeldLines: 1,
  unreadMs: UNREAD_PATIENCE_MS,
  blocked: [],
};

export interface ClientOptions {
  /** Name or address of the server; several are separated by commas. */
  readonly server: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  /** 0 picks a free port, which is then kept when the listener is restarted. */
  readonly messagePort: number;
  readonly user: UserId | undefined;
  readonly openConsole: (listener: ConsoleListener) => Console;
  /** True if a user sits at a terminal. */
  readonly isInteractive: boolean;
  /** Opens the local files: history and the block list. */
  readonly openArchive: () => ArchiveFiles;
  /** The directory of the keys; `undefined`: no keys are used, and the keys of servers are not stored. */
  readonly dataRoot?: string | undefined;
  /** Default `as-can`. `clear` also means that new ids are registered without keys. */
  readonly privacyMode?: PrivacyMode;
  /** Tests pass keys of the user and of the buddies here. The default is the keys in `dataRoot`. */
  readonly privacy?: Privacy;
  /** After this many milliseconds without a key press, the user is set to away; `undefined`: never. */
  readonly autoAwayMs?: number;
  readonly log: Log;
  /** Called with every event that the tree emits: see `LifecycleEvent`. */
  readonly onEmitted?: (event: LifecycleEvent) => void;
  readonly inspect?: RunTreeOptions['inspect'];
}

export interface RunningClient extends RunningTree {
  /** Makes the user leave at once. The client lists unconfirmed lines, and then its tree ends. */
  leave(): void;
}

/** Starts a client. The client ends when its user leaves, or when its tree is asked to shut down. */
export function startClient(options: ClientOptions): RunningClient {
  const {
    server: host,
    tcpPort,
    udpPort,
    openConsole,
    openArchive,
    isInteractive,
    dataRoot,
    privacyMode: mode = 'as-can',
    log,
    onEmitted,
    inspect,
  } = options;
  const holder = new RestartStateHolder(options.user && { id: options.user, attendance: 'here' });

  const directory = new Directory({
    server: { host, tcpPort, udpPort },
    dataRoot,
    keys: mode !== 'clear',
  });
  // The undelivered lines of a broken chat are kept only if the client can ask its user about them.
  const { privacy = filePrivacy(directory, { dataRoot, mode, keepsLines: isInteractive }) } = options;

  const address = { stashLimit: MAX_STASHED_EVENTS };
  const statechart = clientMachine.provide({
    actors: {
      checkSignIn: fromPromise(({ input }) => directory.checkSignIn(input)),
      askServer: keyedAskLogic(({ op, ids }, signal) => directory.request(op, ids, signal), privacy),
      findWords: findWordsLogic(privacy),
      compareWords: compareWordsLogic(privacy),
    },
  });

  const client = supervisor({
    strategy: 'one_for_one',
    autoShutdown: 'any',
    limits: CLIENT_LIMITS,
    children: [
      conversationSpec(
        child({
          id: CLIENT,
          address,
          logic: statechart,
          restart: 'transient',
          significant: true,
          input: (system) => ({
            terminal: addressOf(system, TERMINAL),
            heartbeat: addressOf(system, HEARTBEAT),
            callControl: addressOf(system, CALL_CONTROL),
            archive: addressOf(system, ARCHIVE),
            isInteractive,
            checksKeys: true,
            user: holder.state.user?.id,
            attendance: holder.state.user?.attendance ?? 'here',
          }),
        }),
        holder,
        () => PERSONS_CALL_LIMITS,
        privacy,
      ),
      child({
        id: ARCHIVE,
        address,
        logic: archiveLogic,
        input: (system) => ({
          openArchive,
          client: addressOf(system, CLIENT),
          user: holder.state.user?.id,
        }),
      }),
      child({
        id: TERMINAL,
        address,
        logic: terminalWith(directory),
        input: (system) => ({
          openConsole,
          client: addressOf(system, CLIENT),
          isInteractive,
          autoAwayMs: options.autoAwayMs,
        }),
      }),
      trustSpec(privacy, holder),
      heartbeatSpec({ host, tcpPort, udpPort }, holder, directory),
      callsSpec(options.messagePort, holder),
    ],
  });

  const tree = runTree(client, {
    log,
    onEmitted(event) {
      holder.update(event);
      if (event.type === 'lines.dropped') void privacy.dropLines(event as LinesDropped);
      onEmitted?.(event as LifecycleEvent);
    },
    ...(inspect && { inspect }),
  });
  const ended = tree.ended.finally(() => {
    directory.close();
    return privacy.finished();
  });
  return {
    ...tree,
    ended,
    leave: () => addressOf(tree.root.system, CLIENT).send({ type: 'leave.requested' }),
  };
}
