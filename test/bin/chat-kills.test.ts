/**
 * The clients of a private chat are killed with kill -9 while both users write.
 *
 * A client shows a line, and then stores that the line was shown. A client that is killed between these two
 * steps shows the line again after its restart. See `DeliveryEffect` in machines/client/private-delivery.ts.
 */

import anyTest from 'ava';
import { KeyedHome, startKeyedServer } from '../helpers/keyed-home.js';
import { judge, Talker } from '../helpers/talker.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** How many times clients are killed; `npm run test:long` kills them more often. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 3);

test('kill -9 of clients loses or reorders no line, and no run of a client shows a line twice', async (t) => {
  const server = await startKeyedServer(t);
  const [first, second] = [await KeyedHome.create(t, server), await KeyedHome.create(t, server)];
  for (const [home, args] of [
    [first, ['register', 'alice']],
    [second, ['register', 'bob']],
    [first, ['add', 'alice', 'bob']],
    [second, ['add', 'bob', 'alice']],
  ] as const) {
    t.is((await home.run(args)).code, 0);
  }
  const args = ['--udp-port', String(server.udp)];
  const alice = new Talker(first, { id: 'alice', buddy: 'bob', calls: true, args });
  const bob = new Talker(second, { id: 'bob', buddy: 'alice', calls: false, args });
  const receive = (more: number) => Promise.all([alice.receive(more), bob.receive(more)]);
  for (let round = 0; round < ROUNDS; round++) {
    await receive(1 + Math.floor(Math.random() * 100));
    const killed = [[alice], [bob], [alice, bob]][round % 3] as readonly Talker[];
    await Promise.all(killed.map((talker) => talker.kill()));
    for (const talker of killed) talker.restart();
  }
  // Lines arrive in order. Once the next lines have arrived, a missing earlier line is lost.
  await receive(10);
  await Promise.all([alice.kill(), bob.kill()]);
  const [toBob, toAlice] = [await judge(alice, bob), await judge(bob, alice)];
  t.deepEqual([...toBob.faults, ...toAlice.faults], []);
  t.true(toBob.judged > 10 && toAlice.judged > 10, 'the histories have lines');
  const repeated = toBob.repeated + toAlice.repeated;
  t.log(`${alice.count + bob.count} lines arrived, ${repeated} of them again after a kill of their receiver`);
});
