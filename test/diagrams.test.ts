import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { arrowsOf, idOf, nodesOf } from './helpers/chart-arrows.js';
import { svgOf } from './helpers/chart-drawing.js';
import { CHARTS } from './helpers/charts.js';
import { pageOf } from './helpers/machine-page.js';

const FOLDER = 'docs/machines';

const files = new Map([
  ...CHARTS.map(({ machine }) => [`${machine.id}.svg`, svgOf(machine)] as const),
  ['README.md', pageOf(CHARTS)] as const,
]);

// `npm run diagrams` draws them anew.
if (process.env['UPDATE_DIAGRAMS']) {
  await mkdir(FOLDER, { recursive: true });
  for (const [name, text] of files) await writeFile(join(FOLDER, name), text);
}

for (const [name, text] of files) {
  test(`${FOLDER}/${name} shows the charts as they are`, async (t) => {
    // Not compared by `is`: a difference of drawings fills the screen, and says nothing.
    t.true((await readFile(join(FOLDER, name), 'utf8').catch(() => '')) === text, 'run npm run diagrams');
  });
}

test(`${FOLDER} has nothing else`, async (t) => {
  t.deepEqual((await readdir(FOLDER)).sort(), [...files.keys()].sort());
});

for (const { machine } of CHARTS) {
  const drawing = svgOf(machine);
  const groups = [...drawing.matchAll(/<g id="([^"]*)" class="([^"]*)"/g)].map(
    ([, id = '', look = '']) => [id.replaceAll('&gt;', '>'), look.split(' ')] as const,
  );

  test(`the drawing of ${machine.id} has each state by its id`, (t) => {
    const drawn = groups.filter(([, look]) => look.includes('state'));
    t.deepEqual(
      drawn.map(([id]) => id).sort(),
      nodesOf(machine.root)
        .map(({ id }) => id)
        .sort(),
    );
    for (const [id, look] of drawn) {
      const { type } = machine.getStateNodeById(id);
      t.deepEqual(
        [look.includes('final'), look.includes('compound')],
        [type === 'final', type === 'compound'],
        id,
      );
    }
  });

  test(`the drawing of ${machine.id} has one arrow from a state to another`, (t) => {
    const drawn = groups.filter(([, look]) => look.includes('transition')).map(([id]) => id);
    t.deepEqual(drawn.sort(), arrowsOf(machine.root).map(idOf).sort());
  });

  test(`the drawing of ${machine.id} gives no id twice, and needs no other file`, (t) => {
    t.is(new Set(groups.map(([id]) => id)).size, groups.length);
    t.is(drawing.match(/<g /g)?.length, groups.length);
    t.notRegex(drawing, /href|@import|url\(/);
    t.true(drawing.endsWith('</svg>\n'));
  });
}
