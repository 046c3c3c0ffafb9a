// Runs a statechart alone: node play.js <machine> [<event>...]
// <event> is the type of a sample event, or a whole event as JSON.
import { type AnyStateMachine, createActor, type EventObject, type InspectionEvent } from 'xstate';
import { DEMOS } from './demos.js';

const [id, ...given] = process.argv.slice(2);
const demo = DEMOS.find(({ machine }) => machine.id === id);
if (demo === undefined)
  throw new Error(`expected one of ${DEMOS.map(({ machine }) => machine.id).join(', ')}`);

const types = [...new Set(demo.events.map(({ type }) => type))];

function findEvent(argument: string): EventObject {
  const event = argument.startsWith('{')
    ? (JSON.parse(argument) as EventObject)
    : demo?.events.find(({ type }) => type === argument);
  if (event === undefined) throw new Error(`${id} has no event ${argument}; it has ${types.join(', ')}`);
  return event;
}

/** Prints the effects of the chart, and the events that it sends to its neighbours. */
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
  actor.send(findEvent(argument));
  printState();
}
actor.stop();
