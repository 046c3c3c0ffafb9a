/**
 * The programs of the operating system that some tests need.
 */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { ExecutionContext } from 'ava';

/**
 * Tells whether a program is installed. Where it is not, the test passes and says so; in CI (`CI` is set) it
 * fails, because there everything must be tested.
 *
 * @param program Its name, which is looked up in `PATH`, or its path.
 */
export function isInstalled(t: ExecutionContext, program: string): boolean {
  if (isThere(program)) return true;
  if (process.env['CI']) {
    t.fail(`${program} is not installed`);
  } else {
    t.log(`skipped: ${program} is not installed`);
    t.pass();
  }
  return false;
}

function isThere(program: string): boolean {
  const folders = program.includes('/') ? [''] : (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
