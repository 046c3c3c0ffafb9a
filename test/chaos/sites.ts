/**
 * The sites of a world: the children of every supervisor, with its restart limits.
 */

import { CLIENT_LIMITS, CONVERSATION_LIMITS } from '../../actors/client/core.js';
import { ADMIN_LIMITS } from '../../actors/server/admin-tree.js';
import { SERVER_LIMITS } from '../../actors/server/server-tree.js';
import { TCP_LIMITS } from '../../actors/server/tcp-tree.js';
import { Bag } from './bag.js';
import type { Site } from './saboteur.js';
import type { World } from './world.js';

/**
 * Intervals between crashes of the server's connections, of the administration's connections, and of the
 * chats of each client, in milliseconds. A private chat takes longer to begin: both clients shake hands, and
 * ask the server for a key.
 */
const CONNECTION_CRASH_MS = 60;
const COMMAND_CRASH_MS = 200;
const CHAT_CRASH_MS = 2_000;
const PRIVATE_CHAT_CRASH_MS = 8_000;

/** All sites of a world. */
export function sitesOf({ registry, work, operatorWork, pairs }: World): Site[] {
  const clientKinds = new Bag(['terminal', 'archive', 'trust', 'heartbeat', 'calls', 'conversation']);
  const conversationKinds = new Bag(['chats', 'call-control', 'client']);
  const chatKinds = new Bag(['chat']);
  const ofServer = { registry, work };
  const ofAdmin = { registry, work: operatorWork };
  const serverKinds = ['store', 'presence', 'sessions', 'udp', 'tcp', 'admin', 'monitor'];
  return [
    { ...ofServer, kinds: new Bag(serverKinds), pace: SERVER_LIMITS },
    { ...ofServer, kinds: new Bag(['connections', 'listener']), pace: TCP_LIMITS },
    { ...ofServer, kinds: new Bag(['connection']), pace: { everyMs: CONNECTION_CRASH_MS } },
    { ...ofAdmin, kinds: new Bag(['admin-connections', 'admin-listener']), pace: ADMIN_LIMITS },
    { ...ofAdmin, kinds: new Bag(['admin-connection']), pace: { everyMs: COMMAND_CRASH_MS } },
    ...pairs.flatMap((pair) =>
      pair.users.flatMap((user) => {
        const ofUser = { registry: user.registry, work: user.work, onCrash: () => pair.disturbed() };
        return [
          { ...ofUser, kinds: clientKinds, pace: CLIENT_LIMITS },
          { ...ofUser, kinds: conversationKinds, pace: CONVERSATION_LIMITS },
          {
            ...ofUser,
            kinds: chatKinds,
            pace: { everyMs: pair.hasKeys ? PRIVATE_CHAT_CRASH_MS : CHAT_CRASH_MS },
          },
        ];
      }),
    ),
  ];
}
