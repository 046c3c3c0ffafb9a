// A pool of machines, one for each job. Any XState logic can be a child.
import {
  countChildren,
  dynamicSupervisor,
  type LifecycleEvent,
  run,
  startChild,
} from 'buddyline/supervision';
import { setup } from 'xstate';

const job = setup({
  types: {} as { input: { name: string }; context: { name: string }; events: { type: 'work.done' } },
  actions: {
    say: ({ context }) => console.log(`${context.name} at work`),
  },
}).createMachine({
  context: ({ input }) => input,
  entry: 'say',
  initial: 'working',
  states: { working: { on: { 'work.done': 'finished' } }, finished: { type: 'final' } },
});

const tree = run(dynamicSupervisor({ template: { id: 'job', logic: job, restart: 'transient' }, limit: 2 }), {
  onEmitted(event: LifecycleEvent) {
    if (event.type === 'child.ended') console.log('a job ended:', event.reason.kind);
  },
});

const first = await startChild<typeof job>(tree.root, { name: 'Ada' });
await startChild<typeof job>(tree.root, { name: 'Grace' });
const third = await startChild<typeof job>(tree.root, { name: 'Edsger' });
console.log('third:', third.ok ? 'started' : third.code);

if (first.ok) first.actor?.send({ type: 'work.done' });
const { active } = await countChildren(tree.root);
console.log('still at work:', active);

tree.shutdown();
await tree.ended;

// Prints:
// Ada at work
// Grace at work
// third: limit_reached
// a job ended: done
// still at work: 1
// a job ended: killed
