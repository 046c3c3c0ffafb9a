import test, { type ExecutionContext } from 'ava';
import { KeyDialog } from '../../../actors/client/key-dialog.js';
import type { KeyDialog as Kind } from '../../../machines/client/events.js';
import type { UserId } from '../../../protocol/id.js';
import type { Prompt } from '../../../terminal/console.js';
import { KEY_DIALOG_SAY } from '../../../terminal/key-dialog-words.js';
import { directoryAt } from '../../helpers/directory.js';
import { until } from '../../helpers/network.js';
import { temporaryDirectory } from '../../helpers/programs.js';
import { serve } from '../../helpers/server.js';

const alice = 'alice' as UserId;
const signal = new AbortController().signal;

/** Opens a dialog with alice's directory, or with the directory of another machine. */
async function opened(t: ExecutionContext, dialog: Kind) {
  const server = await serve(t);
  const first = directoryAt(t, server, await temporaryDirectory(t));
  await first.request('REG', [alice], signal);
  const words = (await first.words(alice)) ?? [];
  const keys = dialog === 'copy' ? first : directoryAt(t, server, await temporaryDirectory(t));
  const prompts: Prompt[] = [];
  const lines: string[] = [];
  const outcomes: string[] = [];
  const held = new KeyDialog({
    keys,
    console: { ask: (prompt) => prompts.push(prompt), print: (more) => lines.push(...more) },
    dialog,
    id: alice,
    onEnd: (outcome) => outcomes.push(outcome),
    onError: (error) => t.fail(String(error)),
  });
  await until(() => prompts.length === 1);
  return { held, keys, words, prompts, lines, outcomes };
}

/** The two words that the last prompt asks for. */
function asked(prompts: readonly Prompt[], words: readonly string[]): string {
  const positions = prompts.at(-1)?.text.match(/\d+/g) ?? [];
  return positions.map((position) => words[Number(position) - 1]).join(' ');
}

test('the words are shown once, and the seed is removed when the user types two of them', async (t) => {
  const { held, keys, words, prompts, lines, outcomes } = await opened(t, 'copy');
  const shown = (prompts[0]?.above ?? [])
    .join(' ')
    .split(/[\s\d]+/)
    .filter(Boolean);
  t.deepEqual(shown, words);
  held.answer('');
  t.is(prompts.length, 2);
  held.answer('abandon ability');
  t.deepEqual(lines, [KEY_DIALOG_SAY.copy, KEY_DIALOG_SAY.wrong]);
  held.answer(asked(prompts, words).toUpperCase());
  t.deepEqual(outcomes, ['copied']);
  t.is(prompts.filter(({ above }) => above !== undefined).length, 1);
  t.true(prompts.every(({ isSecret, draft }) => isSecret && draft === undefined));
  let kept: unknown = words;
  while (kept !== undefined) kept = await keys.words(alice);
  const said: readonly string[] = Object.values(KEY_DIALOG_SAY);
  t.true(lines.every((line) => said.includes(line)));
});

test('if the user skips the question, the words stay on the machine', async (t) => {
  const { held, keys, words, lines, outcomes } = await opened(t, 'copy');
  held.answer('');
  held.answer('  ');
  t.deepEqual(outcomes, ['skipped']);
  t.regex(lines.join(), /im-client key words --user alice shows them/);
  t.deepEqual(await keys.words(alice), words);
});

test('the words restore the key, and after wrong words the dialog asks again', async (t) => {
  const { held, keys, words, prompts, lines, outcomes } = await opened(t, 'restore');
  held.answer(Array(25).fill('abandon').join(' '));
  await until(() => prompts.length === 2);
  t.deepEqual(lines, ['The words were not accepted: there are 25 words, but there must be 24.']);
  held.answer(words.join(' '));
  await until(() => outcomes.length === 1);
  t.deepEqual(outcomes, ['restored']);
  t.deepEqual(await keys.standing(alice), { holds: 'key', remindsOfWords: false });
});

test('the words may be typed on several lines, and a typing mistake loses no other line', async (t) => {
  const { held, words, prompts, lines, outcomes } = await opened(t, 'restore');
  held.answer(words.slice(0, 6).join(' '));
  t.is(prompts.at(-1)?.text, 'Word 7 of 24: ');
  held.answer(`${words[6]} misspelt`);
  t.deepEqual(lines, ['Word 8 is not in the list of words. Type the words of this line again.']);
  t.is(prompts.at(-1)?.text, 'Word 7 of 24: ');
  for (const word of words.slice(6)) held.answer(word);
  await until(() => outcomes.length === 1);
  t.deepEqual(outcomes, ['restored']);
  t.true(prompts.every(({ isSecret, draft }) => isSecret && draft === undefined));
});

test('a closed dialog reports nothing and shows nothing', async (t) => {
  const { held, words, prompts, outcomes } = await opened(t, 'restore');
  held.answer(words.join(' '));
  held.close();
  held.answer('');
  t.deepEqual([prompts.length, outcomes], [1, []]);
});
