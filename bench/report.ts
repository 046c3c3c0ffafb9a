/**
 * What was measured: for people as lines while it goes on, as tables of Markdown to paste into a document, or
 * for programs as one JSON document at the end.
 */

import type { Target } from './target.js';

/** Something measured, by its unit: `cpuUs`, `perSecond`, `ms`. */
export type Figures = Readonly<Record<string, number | string | boolean>>;

export type ReportFormat = 'text' | 'markdown' | 'json';

/** What there is to say beside a figure. */
export interface Beside {
  readonly details?: string;
  /** What it should be, if anything was promised. */
  readonly target?: Target;
}

export class Report {
  readonly #format: ReportFormat;
  readonly #print: (text: string) => void;
  readonly #results: object[] = [];
  #section = '';

  constructor(format: ReportFormat, print: (text: string) => void = console.log) {
    this.#format = format;
    this.#print = print;
  }

  section(title: string): void {
    this.#section = title;
    this.text(`\n${title}\n`);
    if (this.#format === 'markdown') {
      this.#print(`\n#### ${title}\n\n| | measured | target |\n| --- | --- | --- |`);
    }
  }

  /** For people at a terminal only. */
  text(line: string): void {
    if (this.#format === 'text') this.#print(line);
  }

  /** @param shown The figure as people read it; the report marks one that misses its target. */
  result(scenario: string, figures: Figures, shown: string, { details = '', target }: Beside = {}): void {
    const isMissed = target?.isMet === false;
    const promised = target && { target: target.text, isMet: target.isMet };
    this.#results.push({ section: this.#section, scenario, ...figures, ...promised });
    const rest = details && `, ${details}`;
    const aim = target && `   (${target.text}${isMissed ? ': missed' : ''})`;
    this.text(`${scenario.padEnd(44)} ${shown}${rest}${aim ?? ''}`);
    if (this.#format !== 'markdown') return;
    this.#print(`| ${scenario} | ${isMissed ? `**${shown}**` : shown}${rest} | ${target?.text ?? ''} |`);
  }

  /** Something went on for so long that one might think it had stopped. */
  progress(line: string): void {
    if (process.stderr.isTTY) process.stderr.write(`${line}\n`);
  }

  end(): void {
    if (this.#format === 'json') this.#print(JSON.stringify({ results: this.#results }, undefined, 2));
  }
}
