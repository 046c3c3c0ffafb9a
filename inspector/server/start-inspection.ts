/**
 * Lets a running system be looked at in a browser: `--inspect` of both programs. Loaded only when it is asked
 * for.
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

/** How often the inspector may be restarted before it is given up; what it shows goes on without it. */
const INSPECTION_LIMITS: RestartLimits = { intensity: 10, periodMs: 10_000 };

export interface InspectionOptions {
  /** The name of the program, and of the root of its tree. */
  readonly program: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Whether texts, addresses and ids of users are shown. */
  readonly showsContent: boolean;
  /** Where the compiled pages are, and the drawings of machines; each ends with a slash. */
  readonly pages: URL;
  readonly drawings: URL;
  /** Told of what goes wrong with the inspector itself. */
  readonly log: Log;
}

export interface Inspection {
  /**
   * What to open in a browser of this machine. It has the token in it: for the user's eyes, not for a log.
   */
  readonly address: string;
  /** Takes note of what the tree emits, from its first event on. */
  note(event: LifecycleEvent): void;
  /** Shows the system of this tree. */
  show(tree: RunningTree): void;
  /** Ends it; whoever looks sees that it has ended. */
  close(): Promise<void>;
}

/**
 * Starts an inspector.
 *
 * @throws The system's error when it cannot listen, such as `EADDRINUSE`.
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
      // A restart takes the port again that browsers know.
      if (isListening(event)) port = event.port;
    },
  });
  if (!(await tree.ready)) throw rootCause((await tree.ended).error);
  return {
    address: `http://${INSPECTION_HOST}:${port}/?token=${token}`,
    note: (event) => watch.note(event),
    show: ({ root }) => {
      watch.root = root;
    },
    async close() {
      tree.shutdown();
      await tree.ended;
    },
  };
}
