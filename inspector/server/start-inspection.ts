/**
 * Implements the option `--inspect` of both programs, which shows a running system in a browser. The programs
 * load this module only if the option is given.
 */

import { nanoid } from 'nanoid';
import type { Log } from '../../actors/log.js';
import { RESTART_BACKOFF, runTree } from '../../actors/run-tree.js';
import { child } from '../../supervision/child-spec.js';
import type { LifecycleEvent } from '../../supervision/lifecycle.js';
import type { RestartLimits } from '../../supervision/restart-budget.js';
import type { RunningTree } from '../../supervision/run.js';
import { supervisor } from '../../supervision/supervisor.js';
import { rootCause } from '../../supervision/supervisor-error.js';
import { EVERYTHING, NO_CONTENT } from './disclosure.js';
import { INSPECTION_HOST, inspectorLogic, isListening } from './inspector.js';
import { Watch } from './watch.js';

/** How often the inspector may restart before its supervisor gives up. The inspected system continues. */
const INSPECTION_LIMITS: RestartLimits = { intensity: 10, periodMs: 10_000 };

export interface InspectionOptions {
  /** The name of the program, and of the root of its tree. */
  readonly program: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Whether message texts, user ids and addresses are shown. */
  readonly showsContent: boolean;
  /** The folders of the compiled pages and of the machines' drawings. Both URLs end with a slash. */
  readonly pages: URL;
  readonly drawings: URL;
  /** Receives the inspector's own errors. */
  readonly log: Log;
}

export interface Inspection {
  /**
   * The address to open in a browser on this machine. It contains the token: show it to the user, but do not
   * log it.
   */
  readonly address: string;
  /** Records an event that the tree emits. Call this for every event, from the first one on. */
  record(event: LifecycleEvent): void;
  /** Shows the system of this tree. */
  show(tree: RunningTree): void;
  /** Ends the inspector. Connected browsers see that it has ended. */
  close(): Promise<void>;
}

/**
 * Starts an inspector.
 *
 * @throws The kernel's error, such as `EADDRINUSE`, if the inspector cannot listen.
 */
export async function startInspection(options: InspectionOptions): Promise<Inspection> {
  const { program, log, pages, drawings } = options;
  const watch = new Watch(program, options.showsContent ? EVERYTHING : NO_CONTENT);
  const token = nanoid();
  let { port } = options;
  const hello = { program, pid: process.pid, startedAt: Date.now(), showsContent: options.showsContent };
  const inspector = child({
    id: 'inspector',
    logic: inspectorLogic,
    backoff: RESTART_BACKOFF,
    input: () => ({ port, token, watch, hello, pages, drawings }),
  });
  const root = supervisor({ strategy: 'one_for_one', limits: INSPECTION_LIMITS, children: [inspector] });
  const tree = runTree(root, {
    log,
    onEmitted(event) {
      // A restarted inspector listens on the same port, so that open pages reconnect.
      if (isListening(event)) port = event.port;
    },
  });
  if (!(await tree.ready)) throw rootCause((await tree.ended).error);
  return {
    address: `http://${INSPECTION_HOST}:${port}/?token=${token}`,
    record: (event) => watch.record(event),
    show: ({ root }) => {
      watch.root = root;
    },
    async close() {
      tree.shutdown();
      await tree.ended;
    },
  };
}
