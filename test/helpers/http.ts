/**
 * Requests to the HTTP server of a monitor.
 */

import { request } from 'node:http';

export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** Reads a page of this machine, over a connection of its own. */
export function readPage(port: number, path: string, method = 'GET'): Promise<Page> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** Reads a page until a condition holds. */
export async function pageUntil(
  port: number,
  path: string,
  condition: (page: Page) => boolean,
): Promise<Page> {
  for (;;) {
    const page = await readPage(port, path);
    if (condition(page)) return page;
  }
}

/**
 * The value of a sample in the text format of Prometheus; `undefined` if there is no such sample.
 *
 * @param sample The name with all labels, as the page writes them.
 */
export function sampleOf(page: Page, sample: string): number | undefined {
  const line = page.text.split('\n').find((each) => each.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
}
