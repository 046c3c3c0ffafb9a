/** @throws TypeError with this message unless the condition holds. */
export declare function demand(condition: boolean, message: string): asserts condition;
