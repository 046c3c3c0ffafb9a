/**
 * Formats numbers, times and names for display.
 */

/** Maximum length of the value of a field, in characters. Longer values are truncated. */
const MAX_VALUE_LENGTH = 200;

export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** @param at Since the epoch, in milliseconds. @returns The local time, such as `14:05:09`. */
export function clock(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => pad(part, 2)).join(':');
}

/** The local time with milliseconds, such as `14:05:09.120`. */
export function preciseClock(at: number): string {
  return `${clock(at)}.${pad(new Date(at).getMilliseconds(), 3)}`;
}

/** The last part of a path. */
export function nameIn(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A status as words. */
export function words(status: string): string {
  return status.replaceAll('_', ' ');
}

/** The fields of a message as names and values. */
export function fieldTexts(
  fields: Readonly<Record<string, unknown>> | undefined,
): readonly (readonly [name: string, value: string])[] {
  return Object.entries(fields ?? {}).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return [name, text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text];
  });
}

/** The meaningful values of a message's fields, without names, truncated to a length in characters. */
export function shortFields(fields: Readonly<Record<string, unknown>> | undefined, length: number): string {
  const text = valuesIn(fields).join(' ');
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** An arrow of a drawing as `source → target`, without the machine's name. */
export function arrowText(arrow: string): string {
  const [source = '', target] = arrow.split('>').map((id) => id.split('.').slice(1).join('.'));
  if (target !== undefined) return `${source} → ${target}`.trim();
  return source === '' ? 'no change of state' : `stays in ${source}`;
}

/** An arrow as `source → target`, without the parent states that both share. */
export function shortArrowText(arrow: string): string {
  const [source = [], target = []] = arrow.split('>').map((id) => id.split('.'));
  const common = source.findIndex((name, index) => index >= source.length - 1 || name !== target[index]);
  return target.length === 0 || common < 1
    ? arrowText(arrow)
    : `${source.slice(common).join('.')} → ${target.slice(common).join('.') || source.at(common - 1)}`;
}

function valuesIn(value: unknown): readonly string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(valuesIn);
  // A boolean has no meaning without its name. A placeholder such as `<Socket>` never has a meaning.
  const isShown = typeof value === 'number' || (typeof value === 'string' && !/^<.*>$/.test(value));
  return isShown ? [String(value)] : [];
}

function pad(part: number, length: number): string {
  return String(part).padStart(length, '0');
}
