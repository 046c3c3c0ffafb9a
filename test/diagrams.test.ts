import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { arrowsOf, idOf, nodesOf } from './helpers/chart-arrows.js';
import { svgOf } from './helpers/chart-drawing.js';
import { CHARTS } from './helpers/charts.js';
import { coloursOf, contrastOf } from './helpers/drawing-colours.js';
import { pageOf } from './helpers/machine-page.js';

const FOLDER = 'docs/machines';

/** The backgrounds of GitHub's pages, by colour scheme. */
const PAGES = { light: '#ffffff', dark: '#0d1117' } as const;

/** The minimum contrasts of WCAG 2.2: of text (1.4.3) and of lines (1.4.11). */
const TEXT_CONTRAST = 4.5;
const LINE_CONTRAST = 3;

const files = new Map([
  ...CHARTS.map(({ machine }) => [`${machine.id}.svg`, svgOf(machine)] as const),
  ['README.md', pageOf(CHARTS)] as const,
]);

// `npm run diagrams` updates the files.
if (process.env['UPDATE_DIAGRAMS']) {
  await mkdir(FOLDER, { recursive: true });
  for (const [name, text] of files) await writeFile(join(FOLDER, name), text);
}

for (const [name, text] of files) {
  test(`${FOLDER}/${name} is up to date with the charts`, async (t) => {
    // `t.is` would print the difference of two drawings, which is long and unreadable.
    t.true((await readFile(join(FOLDER, name), 'utf8').catch(() => '')) === text, 'run npm run diagrams');
  });
}

test(`${FOLDER} has no other files`, async (t) => {
  t.deepEqual((await readdir(FOLDER)).sort(), [...files.keys()].sort());
});

for (const { machine } of CHARTS) {
  const drawing = svgOf(machine);
  const groups = [...drawing.matchAll(/<g id="([^"]*)" class="([^"]*)"/g)].map(
    ([, id = '', look = '']) => [id.replaceAll('&gt;', '>'), look.split(' ')] as const,
  );

  test(`the drawing of ${machine.id} has each state under its id`, (t) => {
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
        [type === 'final', type === 'compound' || type === 'parallel'],
        id,
      );
    }
  });

  test(`the drawing of ${machine.id} has one arrow per pair of states`, (t) => {
    const drawn = groups.filter(([, look]) => look.includes('transition')).map(([id]) => id);
    t.deepEqual(drawn.sort(), arrowsOf(machine.root).map(idOf).sort());
  });

  test(`the drawing of ${machine.id} has unique ids and references no other file`, (t) => {
    t.is(new Set(groups.map(([id]) => id)).size, groups.length);
    t.is(drawing.match(/<g /g)?.length, groups.length);
    t.notRegex(drawing, /href|@import|url\(/);
    t.true(drawing.endsWith('</svg>\n'));
  });

  for (const scheme of ['light', 'dark'] as const) {
    test(`the drawing of ${machine.id} is readable on ${scheme} pages`, (t) => {
      const { texts, lines, grounds } = coloursOf(drawing, scheme);
      t.true(texts.size > 0 && lines.size > 0);
      // The drawing has its own background, for pages that do not follow the reader's preference.
      t.true(grounds.has(PAGES[scheme]));
      for (const ground of grounds) {
        for (const text of texts) t.true(contrastOf(text, ground) >= TEXT_CONTRAST, `${text} on ${ground}`);
        for (const line of lines) t.true(contrastOf(line, ground) >= LINE_CONTRAST, `${line} on ${ground}`);
      }
    });
  }
}

test('the contrast of two colours follows the formula of WCAG', (t) => {
  t.is(contrastOf('#ffffff', '#000000'), 21);
  t.is(contrastOf('#123456', '#123456'), 1);
  t.is(contrastOf('#767676', '#ffffff').toFixed(2), '4.54');
  t.throws(() => contrastOf('white', '#000000'));
});
