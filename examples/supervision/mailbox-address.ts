// Senders to an address do not notice a crash of the actor behind it.
import { addressOf, child, fromBehaviour, nameOf, run, supervisor } from 'buddyline/supervision';

type PrinterEvent = { type: 'page.print'; text: string } | { type: 'paper.jam' };

const PRINTER = nameOf<PrinterEvent>('printer');

const printer = fromBehaviour<PrinterEvent>((scope) => ({
  receive(event) {
    if (event.type === 'paper.jam') throw new Error('paper jam');
    console.log(event.text);
    if (event.text === 'page 2') scope.end();
  },
}));

const tree = run(
  supervisor({
    strategy: 'one_for_one',
    autoShutdown: 'any',
    children: [
      child({
        id: PRINTER,
        logic: printer,
        restart: 'transient',
        significant: true,
        address: { stashLimit: 100, refuse: (event) => console.log('no room for', event.type) },
      }),
    ],
  }),
);
await tree.ready;

const address = addressOf(tree.root.system, PRINTER);
address.send({ type: 'paper.jam' });
// These events wait until the printer has restarted, and are then handled in order.
address.send({ type: 'page.print', text: 'page 1' });
address.send({ type: 'page.print', text: 'page 2' });

await tree.ended;
console.log('all printed');

// Prints:
// page 1
// page 2
// all printed
