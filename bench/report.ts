/**
 * Prints results: as lines of text, as Markdown tables for a document, or as one JSON document at the end.
 */

import type { Target } from './target.js';

/** Measured values, by names with units: `cpuUs`, `perSecond`, `ms`. */
export type Figures = Readonly<Record<string, number | string | boolean>>;

export type ReportFormat = 'text' | 'markdown' | 'json';

/** What to print in addition to a figure. */
export interface Annotations {
  readonly details?: string;
  /** The target of the figure, if it has one. */
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

  /** Prints a line, in text format only. */
  text(line: string): void {
    if (this.#format === 'text') this.#print(line);
  }

  /** @param shown The formatted figure. The report marks a figure that misses its target. */
  result(
    scenario: string,
    figures: Figures,
    shown: string,
    { details = '', target }: Annotations = {},
  ): void {
    const isMissed = target?.isMet === false;
    const targetFields = target && { target: target.text, isMet: target.isMet };
    this.#results.push({ section: this.#section, scenario, ...figures, ...targetFields });
    const rest = details && `, ${details}`;
    const aim = target && `   (${target.text}${isMissed ? ': missed' : ''})`;
    this.text(`${scenario.padEnd(44)} ${shown}${rest}${aim ?? ''}`);
    if (this.#format !== 'markdown') return;
    this.#print(`| ${scenario} | ${isMissed ? `**${shown}**` : shown}${rest} | ${target?.text ?? ''} |`);
  }

  /** Prints a line on standard error, to show that a long step is running. */
  progress(line: string): void {
    if (process.stderr.isTTY) process.stderr.write(`${line}\n`);
  }

  end(): void {
    if (this.#format === 'json') this.#print(JSON.stringify({ results: this.#results }, undefined, 2));
  }
}
