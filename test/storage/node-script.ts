/**
 * Runs small scripts in their own processes, for tests of what a process leaves behind or how much memory it
 * uses.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ExecutionContext } from 'ava';

/** The URL of a built module, such as `storage/store`. */
export function builtModule(name: string): string {
  return pathToFileURL(resolve('dist', `${name}.js`)).href;
}

export interface NodeScript {
  readonly process: ChildProcess;
  /** The first line that the script prints. Rejects when the script ends without a line. */
  readonly firstLine: Promise<string>;
  /** Resolves when the script has ended. */
  readonly ended: Promise<unknown>;
}

/** Starts a script as a module. Kills the script after the test, if it still runs. */
export function startScript(
  t: ExecutionContext,
  source: string,
  ...nodeOptions: readonly string[]
): NodeScript {
  const child = spawn(process.execPath, [...nodeOptions, '--input-type=module', '--eval', source], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Do not inherit the options of ava's processes.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const ended = once(child, 'close');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let printed = '';
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      if (printed.includes('\n')) resolve(printed.slice(0, printed.indexOf('\n')));
    });
    child.once('close', () => reject(new Error(`the script ended and printed '${printed}'`)));
  });
  return { process: child, firstLine, ended };
}
