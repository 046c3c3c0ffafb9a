/**
 * What was measured: for people as lines while it goes on, or for programs as one JSON document at the end.
 */

/** Something measured, by its unit: `cpuUs`, `perSecond`, `ms`. */
export type Figures = Readonly<Record<string, number | string | boolean>>;

export class Report {
  readonly #isJson: boolean;
  readonly #results: object[] = [];
  #section = '';

  constructor(isJson: boolean) {
    this.#isJson = isJson;
  }

  section(title: string): void {
    this.#section = title;
    this.text(`\n${title}\n`);
  }

  /** For people only. */
  text(line: string): void {
    if (!this.#isJson) console.log(line);
  }

  /**
   * @param shown The figures as people read them.
   * @param target What they should be, if anything was promised.
   */
  result(scenario: string, figures: Figures, shown: string, target = ''): void {
    this.#results.push({ section: this.#section, scenario, ...figures, ...(target && { target }) });
    this.text(`${scenario.padEnd(44)} ${shown}${target && `   (${target})`}`);
  }

  /** Something went on for so long that one might think it had stopped. */
  progress(line: string): void {
    if (process.stderr.isTTY) process.stderr.write(`${line}\n`);
  }

  end(): void {
    if (this.#isJson) console.log(JSON.stringify({ results: this.#results }, undefined, 2));
  }
}
