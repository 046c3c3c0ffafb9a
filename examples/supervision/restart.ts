// A ticker that crashes at its third tick. Its supervisor restarts it twice, then gives up.
import { child, fromBehaviour, type LifecycleEvent, run, supervisor } from 'buddyline/supervision';

const ticker = fromBehaviour<{ type: 'tick' }>((scope) => {
  let ticks = 0;
  const timer = setInterval(() => scope.self.send({ type: 'tick' }), 5);
  return {
    receive() {
      ticks += 1;
      if (ticks === 3) throw new Error('the third tick fails');
    },
    release: () => clearInterval(timer),
  };
});

const tree = run(
  supervisor({
    strategy: 'one_for_one',
    limits: { intensity: 2, periodMs: 5_000 },
    children: [child({ id: 'ticker', logic: ticker })],
  }),
  { onEmitted: (event: LifecycleEvent) => console.log(event.type) },
);

const { error } = await tree.ended;
console.log(String(error));

// Prints:
// child.started
// child.ended
// child.restarting
// child.started
// child.ended
// child.restarting
// child.started
// child.ended
// supervisor.gave-up
// supervisor.shutting-down
// SupervisorError: gave up restarting 'ticker'
