/**
 * What was measured: for people as lines while it goes on, or for programs as one JSON document at the end.
 */
/** Something measured, by its unit: `cpuUs`, `perSecond`, `ms`. */
export type Figures = Readonly<Record<string, number | string | boolean>>;
export declare class Report {
    #private;
    constructor(isJson: boolean);
    section(title: string): void;
    /** For people only. */
    text(line: string): void;
    /**
     * @param shown The figures as people read them.
     * @param target What they should be, if anything was promised.
     */
    result(scenario: string, figures: Figures, shown: string, target?: string): void;
    /** Something went on for so long that one might think it had stopped. */
    progress(line: string): void;
    end(): void;
}
