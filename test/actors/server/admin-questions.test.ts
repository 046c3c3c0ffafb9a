import test from 'ava';
import { createActor } from 'xstate';
import {
  type AdminAnswer,
  type AdminNeighbours,
  AdminQuestions,
} from '../../../actors/server/admin-questions.js';
import { fromBehaviour } from '../../../supervision/behaviour.js';

/** A clock that only remembers which timers are open. */
class TimerCount {
  readonly open = new Set<number>();
  #last = 0;

  setTimeout(): number {
    this.#last += 1;
    this.open.add(this.#last);
    return this.#last;
  }

  clearTimeout(timer: number): void {
    this.open.delete(timer);
  }
}

const silent = { send() {} } as never;
const SILENT: AdminNeighbours = { store: silent, presence: silent, sessions: silent, connections: silent };

test('an answer ends the wait for it, and `close` ends all other waits', async (t) => {
  const clock = new TimerCount();
  let questions: AdminQuestions | undefined;
  const logic = fromBehaviour<AdminAnswer>((scope) => {
    questions = new AdminQuestions(scope, SILENT);
    return { receive: (answer) => questions?.receive(answer), release: () => questions?.close() };
  });
  const actor = createActor(logic, { clock }).start();
  const counted = questions?.countSessions();
  questions?.countOnline();
  questions?.countConnections();
  t.is(clock.open.size, 3);
  actor.send({ type: 'sessions.counted', count: 7 });
  t.is(await counted, 7);
  t.is(clock.open.size, 2);
  actor.stop();
  t.is(clock.open.size, 0);
});
