/**
 * Changes by the operator of a server that runs in the test's process.
 */

import type { AnyActorRef } from 'xstate';
import type { StoreChange, Verdict } from '../../storage/store.js';
import { current, type TestServer } from './server.js';

/** Sends a change to the store actor of a server. Resolves with the verdict, once the change is durable. */
export function operate(server: TestServer, change: StoreChange): Promise<Verdict> {
  return new Promise((resolve) => {
    const send = (event: { readonly reply: Verdict }) => resolve(event.reply);
    current(server, 'store')?.send({
      type: 'change.commit',
      change,
      replyTo: { send } as unknown as AnyActorRef,
    } as never);
  });
}
