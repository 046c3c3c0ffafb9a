/** The page that shows every statechart: its drawing, a sentence, and what its states are. */

import type { AnyStateNode } from 'xstate';
import { nodesOf } from './chart-arrows.js';
import type { Chart } from './charts.js';

const HEAD = `# The machines

Each statechart as it is: \`npm run diagrams\` draws them, and writes this page, from the machines themselves,
and a test fails when they are stale.

Names are what the code calls them. Arrows are labelled by \`event [guard]\`; one that has no event is taken
at once, and one that begins at a frame is there in all the states inside. Frames with a dashed line are
active at the same time. A dashed box stands for the state of that name elsewhere in the drawing. What a
state does with an event without leaving is not drawn. Where an SVG is shown by itself, a pointer that rests
on a state or an arrow is told what it is for. The drawings follow the reader's choice of light or dark
pages.
`;

const TAIL = `## Playing a machine alone

\`examples/machines/demos.ts\` has, for each machine, an input in which stand-ins take the place of its
neighbours, and samples of all its events. With them a machine runs by itself:

    npm run build
    node dist/examples/machines/play.js server-connectivity buddies.get query.overdue answer.received

prints what the machine does, and the state it is in, after each event. An event is the type of a sample, or a
whole event as JSON, such as \`'{"type":"prompt.answered","value":"s"}'\`. Without events it prints where the
machine starts.

The same inputs serve any tool that runs a machine, such as Stately's inspector. In a browser:

\`\`\`ts
import { createBrowserInspector } from '@statelyai/inspect';
import { createActor } from 'xstate';
import { DEMOS } from './examples/machines/demos.js';

const { inspect } = createBrowserInspector();
const actors = DEMOS.map(({ machine, input }) => createActor(machine, { input, inspect }).start());
\`\`\`

An event must carry its data: a \`prompt.answered\` without its \`value\` ends the client in an error. Copy a
sample when you send events by hand.
`;

export function pageOf(charts: readonly Chart[]): string {
  return [HEAD, ...charts.map(sectionOf), TAIL].join('\n');
}

function sectionOf({ machine: { id, root }, file }: Chart): string {
  const states = nodesOf(root).filter((node) => node !== root);
  return `## ${id}

${root.description} (\`${file}\`)

![The states of ${id}, and what leads from one to another](${id}.svg)

| state | |
| --- | --- |
${states.map(rowOf).join('\n')}
`;
}

function rowOf({ path, description = '' }: AnyStateNode): string {
  return `| \`${path.join('.')}\` | ${description.replaceAll('|', '\\|')} |`;
}
