// Plays a statechart alone: node play.js <machine> [<event>...]
// An event is the type of one of its samples, or all of an event as JSON.
import { type AnyStateMachine, createActor, type EventObject, type InspectionEvent } from 'xstate';
import { DEMOS } from './demos.js';

const [id, ...given] = process.argv.slice(2);
const demo = DEMOS.find(({ machine }) => machine.id === id);
if (demo === undefined) throw new Error(`name one of ${DEMOS.map(({ machine }) => machine.id).join(', ')}`);

const types = [...new Set(demo.events.map(({ type }) => type))];

function eventOf(argument: string): EventObject {
  const event = argument.startsWith('{')
    ? (JSON.parse(argument) as EventObject)
    : demo?.events.find(({ type }) => type === argument);
  if (event === undefined) throw new Error(`${id} has no ${argument}; it has ${types.join(', ')}`);
  return event;
}

/** Prints what the chart does to the world: its effects, and what it sends to its neighbours. */
function inspect(inspected: InspectionEvent): void {
  if (inspected.type !== '@xstate.action') return;
  const { type, params } = inspected.action;
  if (type === 'xstate.sendTo') {
    const { to, event } = params as { readonly to: { readonly id: string }; readonly event: EventObject };
    console.log(`  ${to.id} <- ${event.type}`);
  } else if (!type.startsWith('xstate.')) console.log(`  ${type}`);
}

const actor = createActor<AnyStateMachine>(demo.machine, { input: demo.input, inspect });
const printState = () => console.log(`  -> ${JSON.stringify(actor.getSnapshot().value)}`);
console.log('start');
actor.start();
printState();
for (const argument of given) {
  console.log(argument);
  actor.send(eventOf(argument));
  printState();
}
actor.stop();
