/**
 * A real Prometheus that scrapes servers of a test every second, and evaluates the alert rules of the
 * documents.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { guardedDirectory, type Teardown } from './guarded-directory.js';

/** The program, and the file of rules that it evaluates. */
export const PROMETHEUS = 'prometheus';
export const RULES = resolve('docs/monitoring/alerts.yml');

/** A sample in the answer to a query. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

export interface Rule {
  readonly name: string;
  readonly query: string;
  readonly health: 'unknown' | 'ok' | 'err';
  readonly lastError?: string;
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

export class Prometheus {
  readonly #address: string;

  private constructor(address: string) {
    this.#address = address;
  }

  /** Starts a Prometheus that scrapes these ports of this machine. It runs until the test ends. */
  static async start(t: Teardown, ports: readonly number[]): Promise<Prometheus> {
    const directory = await guardedDirectory(t, 'im-prometheus-');
    const targets = ports.map((port) => `127.0.0.1:${port}`);
    const configuration = {
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: [RULES],
      scrape_configs: [{ job_name: 'im-server', static_configs: [{ targets }] }],
    };
    // Prometheus reads YAML, and each JSON text is valid YAML.
    await writeFile(join(directory, 'prometheus.yml'), JSON.stringify(configuration));
    const args = [
      '--config.file=prometheus.yml',
      '--storage.tsdb.path=data',
      '--web.listen-address=127.0.0.1:0',
    ];
    const program = spawn(PROMETHEUS, args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
    t.teardown(async () => {
      program.kill('SIGKILL');
      if (program.exitCode === null && program.signalCode === null) await once(program, 'exit');
    });
    return new Prometheus(await addressOf(program));
  }

  /** Evaluates an expression now. Throws if Prometheus reports an error. */
  async query(expression: string): Promise<readonly Sample[]> {
    const data = await this.#get<{ result: readonly Sample[] }>(
      `query?query=${encodeURIComponent(expression)}`,
    );
    return data.result;
  }

  /** Evaluates an expression until it has a sample that passes the check, and returns that sample. */
  async sampleOf(expression: string, check: (value: number) => boolean = () => true): Promise<Sample> {
    for (;;) {
      const sample = (await this.query(expression)).find(({ value }) => check(Number(value[1])));
      if (sample !== undefined) return sample;
    }
  }

  /** The names of all metrics that were scraped. */
  names(): Promise<readonly string[]> {
    return this.#get('label/__name__/values');
  }

  /** The alert rules, once all of them were evaluated. */
  async rules(): Promise<readonly Rule[]> {
    for (;;) {
      const { groups } = await this.#get<{ groups: readonly { rules: readonly Rule[] }[] }>('rules');
      const rules = groups.flatMap((group) => group.rules);
      if (rules.length > 0 && rules.every(({ health }) => health !== 'unknown')) return rules;
    }
  }

  async alerts(): Promise<readonly Alert[]> {
    return (await this.#get<{ alerts: readonly Alert[] }>('alerts')).alerts;
  }

  async #get<TData>(path: string): Promise<TData> {
    const response = await fetch(`http://${this.#address}/api/v1/${path}`);
    const answer = (await response.json()) as { status: string; data: TData; error?: string };
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  }
}

/** The address in the log of a Prometheus that is starting. */
async function addressOf(program: ChildProcess): Promise<string> {
  let log = '';
  let address: string | undefined;
  for await (const line of createInterface({ input: program.stderr as NodeJS.ReadableStream })) {
    log += `${line}\n`;
    address ??= /msg="Listening on" address=(\S+)/.exec(line)?.[1];
    if (address === undefined || !line.includes('ready to receive web requests')) continue;
    program.stderr?.resume();
    return address;
  }
  throw new Error(`Prometheus did not start: ${log}`);
}
