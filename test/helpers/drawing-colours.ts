/** Reads the colours of a drawing from its file, for light and for dark pages. */

/** The colours of texts, of lines, and of the backgrounds behind both, as `#rrggbb`. */
export interface Colours {
  readonly texts: ReadonlySet<string>;
  readonly lines: ReadonlySet<string>;
  readonly grounds: ReadonlySet<string>;
}

/** @param scheme The colour scheme that the reader's system prefers. */
export function coloursOf(svg: string, scheme: 'light' | 'dark'): Colours {
  const [texts, lines, grounds] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const seen = (property: string, colour: string) =>
    scheme === 'light' ? colour : darkOf(svg, property, colour);
  let isState = false;
  for (const [, tag, attributes = ''] of svg.matchAll(/<(g|path|polygon|ellipse|text) ([^>]*)>/g)) {
    // The fill of a state or signpost is a background. The fill of a dot or an arrowhead counts as a line.
    if (tag === 'g') isState = /class="[^"]*\b(state|signpost)\b/.test(attributes);
    for (const [, property = '', colour = ''] of attributes.matchAll(/\b(fill|stroke)="([^"]*)"/g)) {
      if (colour === 'none') continue;
      const kind = tag === 'text' ? texts : property === 'fill' && isState ? grounds : lines;
      kind.add(seen(property, colour));
    }
  }
  return { texts, lines, grounds };
}

/** The file's replacement for a colour on dark pages. */
function darkOf(svg: string, property: string, colour: string): string {
  const [, rules = ''] = svg.match(/@media \(prefers-color-scheme: dark\) {(.*?)}\n<\/style>/s) ?? [];
  const [, dark] = rules.match(new RegExp(`\\[${property}="${colour}"\\] { ${property}: (#\\w+) }`)) ?? [];
  return dark ?? colour;
}

/**
 * The contrast of two colours, from 1 to 21, as WCAG 2.2 defines it.
 *
 * @throws If a colour is not of the form `#rrggbb`.
 */
export function contrastOf(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminanceOf(colour: string): number {
  if (!/^#[0-9a-f]{6}$/.test(colour)) throw new Error(`'${colour}' is not a colour of the form #rrggbb`);
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
