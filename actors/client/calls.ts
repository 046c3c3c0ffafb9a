/**
 * The listener for calls: opens the port that the heartbeat announces, and starts a chat actor for each
 * connection.
 */

import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { CallCrowded, ConnectionReport } from '../../machines/client/call-events.js';
import type { PortBound } from '../../machines/client/restart-state.js';
import type { ChildStart } from '../../supervision/administration.js';
import { type BehaviourLogic, fromBehaviour } from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import type { ChatInput } from './chat-resource.js';

export interface CallsInput {
  /** 0 picks a free port. */
  readonly port: number;
  readonly chats: Address<ChildStart<ChatInput>>;
  /** Each chat actor reports to call control. */
  readonly callControl: Address<ConnectionReport | CallCrowded>;
  readonly heartbeat: Address<PortBound>;
}

/** Actor logic of the listener. The actor is ready when it has emitted `port.bound`. */
export const callsLogic: BehaviourLogic<never, CallsInput> = fromBehaviour((scope, input) => {
  const { port, chats, callControl, heartbeat } = input;
  const server = createServer({ allowHalfOpen: true, noDelay: true });

  server.on(
    'connection',
    scope.guard((socket: Socket) => {
      const arrived = { atMs: Date.now(), uptimeMs: scope.now() };
      chats.send({ type: 'child.start', input: { kind: 'incoming', socket, control: callControl, arrived } });
    }),
  );
  server.on('error', (error) => scope.fail(error));
  server.once(
    'listening',
    scope.guard(() => {
      const bound: PortBound = { type: 'port.bound', port: (server.address() as AddressInfo).port };
      heartbeat.send(bound);
      scope.emit(bound);
      scope.ready();
    }),
  );
  server.listen(port);

  return {
    starting: true,
    receive: () => {},
    release: () => server.close(),
  };
});
