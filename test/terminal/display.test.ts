import xterm from '@xterm/headless';
import test from 'ava';
import fc from 'fast-check';
import { toDisplayText } from '../../protocol/display-text.js';
import type { Prompt } from '../../terminal/console.js';
import { Display } from '../../terminal/display.js';
import { wrapLine } from '../../terminal/layout.js';
import { MessageLines } from '../../terminal/message-lines.js';
import type { OpenPrompt } from '../../terminal/prompts.js';

const MENU: Prompt = { text: 'Choice: ', kind: 'key', hasStatus: true };
const LINE: Prompt = { text: '> ', kind: 'line' };

/** A display on a terminal of this size. `reflowCursorLine`: the terminal rewraps the cursor's line, too. */
function displayed(columns: number, rows: number, reflowCursorLine = false) {
  const terminal = new xterm.Terminal({
    cols: columns,
    rows,
    allowProposedApi: true,
    scrollback: 10_000,
    reflowCursorLine,
  });
  let written = Promise.resolve();
  const screen = {
    columns,
    rows,
    writes: 0,
    write(text: string) {
      screen.writes += 1;
      written = new Promise((resolve) => terminal.write(text, resolve));
    },
  };
  const display = new Display(screen, new MessageLines({ hasColor: true, startedAtMs: 0, timeZone: 'UTC' }));
  return {
    display,
    screen,
    /** Shows a prompt with typed text before and after the cursor. */
    ask(prompt: Prompt, before = '', after = '') {
      display.ask({ prompt, shown: { before: prompt.text + before, after } } as OpenPrompt);
    },
    async resize(size: { readonly columns: number; readonly rows: number }) {
      await written;
      terminal.resize(size.columns, size.rows);
      Object.assign(screen, size);
      display.resized();
    },
    /** All rows from the oldest one on, including those that scrolled off, without empty rows at the end. */
    async allRows() {
      await written;
      const { active } = terminal.buffer;
      const all = Array.from({ length: active.length }, (_, row) =>
        (active.getLine(row)?.translateToString(true) ?? '').trimEnd(),
      );
      while (all.at(-1) === '') all.pop();
      return all;
    },
    async screenRows() {
      const all = await this.allRows();
      return all.slice(terminal.buffer.active.baseY);
    },
  };
}

test('messages and lines are printed above the prompt, in one write each', async (t) => {
  const { allRows, ask, display, screen } = displayed(30, 6);
  ask(LINE, 'half a', ' line');
  const writes = screen.writes;
  display.print(['notice']);
  display.show({ name: toDisplayText('bob'), isOwn: false, text: toDisplayText('hi'), atMs: 60_000 });
  t.is(screen.writes, writes + 2);
  t.deepEqual(await allRows(), ['notice', '00:01 bob: hi', '> half a line']);
});

test('the status is shown above each prompt with `hasStatus`, and drawn again when it changes', async (t) => {
  const { allRows, ask, display, screen } = displayed(30, 6);
  display.setStatus(['bob is online']);
  ask(LINE);
  t.deepEqual(await allRows(), ['>']);
  ask(MENU);
  t.deepEqual(await allRows(), ['bob is online', 'Choice:']);
  const writes = screen.writes;
  display.setStatus(['bob is online']);
  t.is(screen.writes, writes);
  display.setStatus([]);
  t.deepEqual(await allRows(), ['Choice:']);
});

test('after an answer, either the question and the answer stay, or both are removed', async (t) => {
  const { allRows, ask, display } = displayed(30, 6);
  display.setStatus(['bob is online']);
  ask(MENU);
  display.answered('Choice: S');
  ask(LINE, 'hello');
  display.answered(undefined);
  t.deepEqual(await allRows(), ['Choice: S']);
});

test('`clear` keeps the prompt and its `lead` lines on the screen, in one write', async (t) => {
  const { allRows, ask, display, screen } = displayed(30, 6);
  display.print(['a notice', 'bob calls']);
  ask({ ...LINE, lead: ['bob calls'] }, 'half a');
  const writes = screen.writes;
  display.clear();
  t.is(screen.writes, writes + 1);
  t.deepEqual(await allRows(), ['bob calls', '> half a']);
  display.print(['another']);
  t.deepEqual(await allRows(), ['bob calls', 'another', '> half a']);
});

test('if a screen reports no size, the default size is used', async (t) => {
  const { allRows, ask, screen } = displayed(80, 24);
  Object.assign(screen, { columns: 0, rows: undefined });
  ask(LINE, 'x'.repeat(80));
  t.deepEqual(await allRows(), [`> ${'x'.repeat(78)}`, 'xx']);
});

const text = fc
  .array(fc.constantFrom('a', 'word ', '你', 'é', '漢字 ', '-'), { maxLength: 60, size: 'max' })
  .map((parts) => parts.join(''));

type Step =
  | { readonly do: 'print'; readonly line: string }
  | { readonly do: 'set status'; readonly lines: readonly string[] }
  | { readonly do: 'type'; readonly before: string; readonly after: string }
  | { readonly do: 'ask' };

const printStep = fc.record({ do: fc.constant('print' as const), line: text });
const statusStep = fc.record({
  do: fc.constant('set status' as const),
  lines: fc.array(text, { maxLength: 12 }),
});
const typeStep = fc.record({ do: fc.constant('type' as const), before: text, after: text });
const askStep = fc.record({ do: fc.constant('ask' as const) });

const size = fc.constantFrom(
  { columns: 80, rows: 24 },
  { columns: 40, rows: 10 },
  { columns: 20, rows: 5 },
  { columns: 17, rows: 4 },
);

function perform({ ask, display }: ReturnType<typeof displayed>, step: Step): void {
  switch (step.do) {
    case 'print':
      return display.print([step.line]);
    case 'set status':
      return display.setStatus(step.lines);
    case 'type':
      return ask(LINE, step.before, step.after);
    case 'ask':
      return ask(MENU);
  }
}

test('after any prompts and typed text, only the printed lines stay on the screen', async (t) => {
  const steps = fc.array(fc.oneof(printStep, statusStep, typeStep, askStep), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(size, steps, async ({ columns, rows }, all) => {
      const on = displayed(columns, rows);
      for (const step of all) perform(on, step);
      on.display.answered('END');
      const printed = all.flatMap((step) => (step.do === 'print' ? [step.line] : []));
      t.deepEqual(
        await on.allRows(),
        [...printed, 'END'].flatMap((line) => wrapLine(line, columns)).map((row) => row.trimEnd()),
      );
    }),
  );
});

test('after any changes of the size of the screen, the prompt is on the screen exactly once', async (t) => {
  const steps = fc.array(fc.oneof(printStep, typeStep, askStep), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      size,
      fc.array(fc.tuple(steps, size), { maxLength: 5 }),
      fc.boolean(),
      async (first, changes, reflows) => {
        const on = displayed(first.columns, first.rows, reflows);
        on.display.setStatus(['STATUS']);
        for (const [all, next] of changes) {
          for (const step of all) perform(on, step);
          await on.resize(next);
        }
        on.ask(MENU);
        on.display.print(['LAST']);
        const rows = await on.screenRows();
        t.deepEqual(rows.slice(-3), ['LAST', 'STATUS', 'Choice:']);
        t.deepEqual(
          rows.filter((row) => /^(STATUS|Choice:|> )/.test(row)),
          ['STATUS', 'Choice:'],
        );
      },
    ),
  );
});
