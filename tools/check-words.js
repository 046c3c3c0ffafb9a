/**
 * Fails on words that CONTRIBUTING.md rules out and on lines that are too long: `npm run check`. Tables, URLs
 * and generated files are not held to the length.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The maximum number of columns of a line. */
const MAX_COLUMNS = 110;

/** Words that hide the subject of a sentence, and former names that the usual terms have replaced. */
const RULED_OUT = new RegExp(
  [
    'nobody|whoever|somebody|anew|told of|left away|is no id',
    'roster|post office|bystander|census|containment',
    'Roster|PostOffice|postOffice|Bystander|Census|ServerContact|serverContact|RestartMemory',
    'CallNews|ChatNews|HeartbeatNews|GroupPace|letGo',
  ]
    .map((words) => `\\b(?:${words})\\b`)
    .join('|'),
  'i',
);

/** Words of plain mode, which scripts depend on. */
const FIXED_WORDS = /Nobody is blocked\.|That is no id, or yourself/g;

/** This file, the rules, which quote these words, and files that programs generate. */
const EXEMPT =
  /^(tools\/check-words\.js|CONTRIBUTING\.md|package-lock\.json|docs\/machines\/.*|docs\/images\/.*|man\/.*)$/;

const files = execFileSync('git', ['ls-files'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.(ts|tsx|js|md|css)$/.test(file) && !EXEMPT.test(file));

const faults = files.flatMap((file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      const found = RULED_OUT.exec(line.replace(FIXED_WORDS, ''));
      const isLong = line.length > MAX_COLUMNS && !line.startsWith('|') && !line.includes('://');
      return [
        ...(found === null ? [] : [`${file}:${index + 1}: "${found[0]}"`]),
        ...(isLong ? [`${file}:${index + 1}: ${line.length} columns, ${MAX_COLUMNS} at most`] : []),
      ];
    }),
);

for (const fault of faults) console.error(fault);
if (faults.length > 0) {
  console.error(`${faults.length} lines break the rules of CONTRIBUTING.md, "English"`);
  process.exitCode = 1;
}
