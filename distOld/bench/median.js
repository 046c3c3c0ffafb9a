/** The middle one of some numbers, by size; NaN of none. */
export function median(values) {
    return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
