/**
 * What was measured: for people as lines while it goes on, or for programs as one JSON document at the end.
 */
export class Report {
    #isJson;
    #results = [];
    #section = '';
    constructor(isJson) {
        this.#isJson = isJson;
    }
    section(title) {
        this.#section = title;
        this.text(`\n${title}\n`);
    }
    /** For people only. */
    text(line) {
        if (!this.#isJson)
            console.log(line);
    }
    /**
     * @param shown The figures as people read them.
     * @param target What they should be, if anything was promised.
     */
    result(scenario, figures, shown, target = '') {
        this.#results.push({ section: this.#section, scenario, ...figures, ...(target && { target }) });
        this.text(`${scenario.padEnd(44)} ${shown}${target && `   (${target})`}`);
    }
    /** Something went on for so long that one might think it had stopped. */
    progress(line) {
        if (process.stderr.isTTY)
            process.stderr.write(`${line}\n`);
    }
    end() {
        if (this.#isJson)
            console.log(JSON.stringify({ results: this.#results }, undefined, 2));
    }
}
