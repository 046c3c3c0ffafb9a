/** The page of all statecharts: the description, the drawing and the states of each. */

import type { AnyStateNode } from 'xstate';
import { nodesOf } from './chart-arrows.js';
import type { Chart } from './charts.js';

const HEAD = `# The machines

All statecharts of the programs. \`npm run diagrams\` generates the drawings and this page from the machines.
A test fails if they are out of date.

How to read the drawings:

- The names are those in the code.
- Arrows are labelled \`event [guard]\`. An arrow without an event is taken immediately. An arrow from a frame
  applies to all states inside it.
- Frames with a dashed border are active at the same time.
- A dashed box stands for the state of that name elsewhere in the drawing.
- Events that a state handles without leaving it are not drawn.
- If you open an SVG by itself, states and arrows have tooltips with their descriptions.
- The drawings follow your choice of light or dark pages.
`;

const TAIL = `## Run a machine alone

For each machine, \`examples/machines/demos.ts\` has an input with stand-ins for its neighbours, and samples
of all its events. With them you can run a machine by itself:

    npm run build
    node dist/examples/machines/play.js server-connectivity buddies.get query.overdue answer.received

After each event, this prints the machine's effects and its state. An event is the type of a sample, or a
whole event as JSON, such as \`'{"type":"prompt.answered","value":"s"}'\`. Without events, it prints the
initial state.

The same inputs work with any tool that runs a machine, such as Stately's inspector. In a browser:

\`\`\`ts
import { createBrowserInspector } from '@statelyai/inspect';
import { createActor } from 'xstate';
import { DEMOS } from './examples/machines/demos.js';

const { inspect } = createBrowserInspector();
const actors = DEMOS.map(({ machine, input }) => createActor(machine, { input, inspect }).start());
\`\`\`

An event must contain its data: a \`prompt.answered\` without its \`value\` ends the client with an error. To
send events by hand, copy a sample.
`;

export function pageOf(charts: readonly Chart[]): string {
  return [HEAD, ...charts.map(sectionOf), TAIL].join('\n');
}

function sectionOf({ machine: { id, root }, file }: Chart): string {
  const states = nodesOf(root).filter((node) => node !== root);
  return `## ${id}

${root.description}

Source: \`${file}\`

![The states and transitions of ${id}](${id}.svg)

| state | |
| --- | --- |
${states.map(rowOf).join('\n')}
`;
}

function rowOf({ path, description = '' }: AnyStateNode): string {
  return `| \`${path.join('.')}\` | ${description.replaceAll('|', '\\|')} |`;
}
