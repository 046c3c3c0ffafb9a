import test, { type ExecutionContext } from 'ava';
import { KeyReader, SEQUENCE_MS } from '../../terminal/key-reader.js';
import type { Key } from '../../terminal/prompts.js';

const ESC = '\u001b';

function reader(t: ExecutionContext) {
  const keys: Key[] = [];
  const state = { isPasting: false };
  let timer: { readonly callback: () => void; readonly delayMs: number } | undefined;
  const keyReader = new KeyReader({
    onKey(_text, key) {
      keys.push(key);
      if (key.name?.startsWith('paste-')) state.isPasting = key.name === 'paste-start';
    },
    isPasting: () => state.isPasting,
    clock: {
      now: () => 0,
      callLater(callback, delayMs) {
        const started = { callback, delayMs };
        timer = started;
        return () => {
          if (timer === started) timer = undefined;
        };
      },
    },
    guard: (callback) => callback,
  });
  t.teardown(() => keyReader.close());
  return {
    keyReader,
    read: (bytes: string) => keyReader.read(Buffer.from(bytes, 'latin1')),
    names: () => keys.map(({ name }) => name),
    sequences: () => keys.map(({ sequence }) => sequence),
    pass(ms: number): void {
      if (timer !== undefined && timer.delayMs <= ms) timer.callback();
    },
  };
}

/** Sequences of terminals that are not read as keys, each under its description. */
const REPORTS: Readonly<Record<string, string>> = {
  'a mouse report (SGR)': `${ESC}[<0;10;20M${ESC}[<0;10;20m`,
  'a mouse report (X10)': `${ESC}[M !!${ESC}[M#yn`,
  'a mouse report (X10) far to the right': `${ESC}[M \u00ff\u00c3`,
  'a mouse report (urxvt)': `${ESC}[32;10;20M`,
  'a report of the foreground colour (OSC 10)': `${ESC}]10;rgb:ffff/ffff/ffff${ESC}\\`,
  'a report of the background colour (OSC 11), ended by a bell': `${ESC}]11;rgb:0000/0000/0000\u0007`,
  "a report of the terminal's attributes (DA1)": `${ESC}[?62;1;6;22c`,
  "a report of the terminal's version (DA2)": `${ESC}[>41;354;0c`,
  "a report of the terminal's unit id (DA3)": `${ESC}P!|7E565445${ESC}\\`,
  'a report of a private mode (DECRPM)': `${ESC}[?2026;2$y`,
  'a report of an ANSI mode (DECRPM)': `${ESC}[4;1$y`,
  "a report of the terminal's name (XTVERSION)": `${ESC}P>|XTerm(380)${ESC}\\`,
  "a report of kitty's keyboard flags": `${ESC}[?1u`,
  "an answer of kitty's graphics (APC)": `${ESC}_Gi=31;OK${ESC}\\`,
  'a privacy message (PM, SOS)': `${ESC}^yes${ESC}\\${ESC}Xyes${ESC}\\`,
  'the sequence of a modified Enter (xterm)': `${ESC}[27;5;13~`,
  'the sequence of a modified Enter (CSI u)': `${ESC}[13;5u`,
  'a sequence with many modifiers': `${ESC}[1;10A`,
  "a report of the cursor's position": `${ESC}[24;80R${ESC}[1;1R`,
  'a report of the focus': `${ESC}[I${ESC}[O`,
  "a report of the terminal's state": `${ESC}[0n`,
  'a report of the size of the window': `${ESC}[8;24;80t`,
};

for (const [what, report] of Object.entries(REPORTS))
  test(`${what} is not read as a key, wherever it is split`, (t) => {
    for (let split = 0; split <= report.length; split++) {
      const { read, names } = reader(t);
      read(`a${report.slice(0, split)}`);
      read(`${report.slice(split)}b`);
      t.deepEqual(names(), ['a', 'b'], `split at ${split}`);
    }
    const { read, names } = reader(t);
    for (const byte of `a${report}b`) read(byte);
    t.deepEqual(names(), ['a', 'b']);
  });

/** The sequences of keys, by the name of the key. */
const KEYS: readonly (readonly [name: string, ...sequences: readonly string[]])[] = [
  ['up', `${ESC}[A`, `${ESC}OA`, `${ESC}[1;5A`, `${ESC}[5A`, `${ESC}${ESC}[A`, `${ESC}[a`],
  ['home', `${ESC}[H`, `${ESC}[1~`, `${ESC}[7~`, `${ESC}OH`],
  ['delete', `${ESC}[3~`, `${ESC}[3;5~`, `${ESC}[3^`, `${ESC}[3$`],
  ['pageup', `${ESC}[5~`, `${ESC}[[5~`],
  ['f1', `${ESC}OP`, `${ESC}[11~`, `${ESC}[[A`],
  ['tab', `${ESC}[Z`],
  ['b', `${ESC}b`],
  ['return', `${ESC}\r`],
  ['paste-start', `${ESC}[200~`],
  ['paste-end', `${ESC}[201~`],
];

for (const [name, ...sequences] of KEYS)
  test(`${name} is read as a key, wherever its bytes are split`, (t) => {
    for (const sequence of sequences) {
      const { read, names, sequences: read1 } = reader(t);
      for (const byte of `${sequence}c`) read(byte);
      t.deepEqual(names(), [name, 'c']);
      t.is(read1()[0], sequence);
    }
  });

test('an escape without a sequence is the Escape key, and several escapes in a row are one key', (t) => {
  const { read, names, pass } = reader(t);
  read(ESC);
  t.deepEqual(names(), []);
  pass(SEQUENCE_MS);
  read('[');
  t.deepEqual(names(), ['escape', undefined]);
  read(`${ESC}${ESC}${ESC}`);
  pass(SEQUENCE_MS);
  t.deepEqual(names(), ['escape', undefined, 'escape']);
});

test('a sequence whose rest never comes does not block the keyboard', (t) => {
  for (const start of ['[', '[1;', '[M ', 'O', ']10;', 'P', '_']) {
    const { read, names, pass } = reader(t);
    read(ESC + start);
    pass(SEQUENCE_MS);
    read('b');
    t.deepEqual(names(), ['b'], start);
  }
});

test('a control character ends a sequence, and is a key', (t) => {
  for (const start of ['[', '[1;', '[M ', 'O', ']10;', 'P', '_']) {
    const { read, names } = reader(t);
    read(`${ESC}${start}\u0003b`);
    read(`${ESC}${start}\rb`);
    read(`${ESC}${start}${ESC}[A`);
    t.deepEqual(names(), ['c', 'b', 'return', 'b', 'up'], start);
  }
});

test('pasted text is kept even if it looks like a report', (t) => {
  const { read, names, sequences } = reader(t);
  read(`${ESC}[200~${ESC}[31m${ESC}[?1u${ESC}]0;x\u0007y${ESC}[201~${ESC}[?1ub`);
  t.is(sequences().join(''), `${ESC}[200~${ESC}[31m${ESC}[?1u${ESC}]0;x\u0007y${ESC}[201~b`);
  t.deepEqual(names().slice(-2), ['paste-end', 'b']);
});

test('characters of several bytes stay whole', (t) => {
  const { keyReader, sequences } = reader(t);
  for (const byte of Buffer.from('é😀')) keyReader.read(Uint8Array.of(byte));
  t.deepEqual(sequences(), ['é', '😀']);
});

test('after close, bytes are no longer read as keys', (t) => {
  const { read, names, keyReader } = reader(t);
  keyReader.close();
  read('ab');
  t.deepEqual(names(), []);
});
