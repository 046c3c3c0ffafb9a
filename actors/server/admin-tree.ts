/**
 * The part of the server's tree with which the operator administers the running server.
 *
 *     admin (rest_for_one)
 *     ├─ admin-connections  one actor per command, dynamic, temporary
 *     └─ admin-listener     accepts on the Unix socket
 *
 * It asks the other actors of the server, and no other actor depends on it.
 */

import { type ChildSpec, child } from '../../supervision/child-spec.js';
import { dynamicSupervisor } from '../../supervision/dynamic-supervisor.js';
import { addressOf } from '../../supervision/mailbox.js';
import type { RestartLimits } from '../../supervision/restart-budget.js';
import { supervisor } from '../../supervision/supervisor.js';
import type { Log } from '../log.js';
import { RESTART_BACKOFF } from '../run-tree.js';
import type { Operator } from './admin-commands.js';
import { adminConnectionLogic } from './admin-connection.js';
import { adminListenerLogic } from './admin-listener.js';
import { encodeAdminLine } from './admin-protocol.js';
import type { AdminFacts } from './admin-views.js';
import { createRefuseClient } from './busy-replies.js';
import { ADMIN_CONNECTIONS, CONNECTIONS, PRESENCE, SESSIONS, STORE } from './server-names.js';

/** The maximum number of commands at once. */
const MAX_COMMANDS = 16;

/** How long a command may take to end when the server shuts down, in milliseconds. */
const COMMAND_GRACE_MS = 500;

export const ADMIN_LIMITS: RestartLimits = { intensity: 20, periodMs: 10_000 };

export interface AdminOptions {
  /** The absolute path of the socket. */
  readonly path: string;
  readonly operator: Operator;
}

/** The supervisor of the administration. Start it after the actors that it asks. */
export function adminChild({ path, operator }: AdminOptions, facts: AdminFacts, log: Log): ChildSpec {
  const message = 'too many commands at once: try again';
  const refuse = createRefuseClient(encodeAdminLine({ failed: { code: 'busy', message } }));
  const logic = supervisor({
    strategy: 'rest_for_one',
    limits: ADMIN_LIMITS,
    children: [
      child({
        id: ADMIN_CONNECTIONS,
        address: { stashLimit: MAX_COMMANDS, refuse: ({ input }) => refuse(input.socket) },
        logic: dynamicSupervisor({
          template: {
            id: 'admin-connection',
            logic: adminConnectionLogic,
            restart: 'temporary',
            shutdown: COMMAND_GRACE_MS,
          },
          limit: MAX_COMMANDS,
          refuse: ({ socket }) => refuse(socket),
        }),
      }),
      child({
        id: 'admin-listener',
        logic: adminListenerLogic,
        backoff: RESTART_BACKOFF,
        input: (system) => ({
          path,
          connections: addressOf(system, ADMIN_CONNECTIONS),
          shared: {
            store: addressOf(system, STORE),
            presence: addressOf(system, PRESENCE),
            sessions: addressOf(system, SESSIONS),
            connections: addressOf(system, CONNECTIONS),
            operator,
            facts,
            log,
          },
        }),
      }),
    ],
  });
  return child({ id: 'admin', logic });
}
