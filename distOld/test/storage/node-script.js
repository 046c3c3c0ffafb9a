/**
 * Small scripts in processes of their own, for what ends with a process, or is measured of one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
/** The address of a module of storage/ as it was built. */
export function builtModule(name) {
    return pathToFileURL(resolve('dist', 'storage', `${name}.js`)).href;
}
/** Starts a script, as a module; it is killed after the test if it has not ended. */
export function startScript(t, source, ...nodeOptions) {
    const child = spawn(process.execPath, [...nodeOptions, '--input-type=module', '--eval', source], {
        stdio: ['pipe', 'pipe', 'inherit'],
        // What ava's own processes are started with is not for this one.
        env: { ...process.env, NODE_OPTIONS: '' },
    });
    const ended = once(child, 'close');
    t.teardown(async () => {
        child.kill('SIGKILL');
        await ended;
    });
    let printed = '';
    const firstLine = new Promise((resolve, reject) => {
        child.stdout.on('data', (chunk) => {
            printed += chunk;
            if (printed.includes('\n'))
                resolve(printed.slice(0, printed.indexOf('\n')));
        });
        child.once('close', () => reject(new Error(`it ended and printed '${printed}'`)));
    });
    return { process: child, firstLine, ended };
}
