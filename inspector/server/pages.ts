/**
 * The HTML skeleton and the content security policy of the inspector's two pages.
 */

/** The origin of Stately's hosted inspector. It is the only remote content, and only `/stately` embeds it. */
const STATELY = 'https://stately.ai';

export interface Page {
  readonly title: string;
  readonly script: string;
  /** The origin from which this page may embed other pages. */
  readonly embeds?: string;
}

/** The pages, by the paths of their URLs. */
export const PAGES: ReadonlyMap<string, Page> = new Map<string, Page>([
  ['/', { title: 'inspector', script: 'main.js' }],
  ['/stately', { title: "Stately's inspector", script: 'stately.js', embeds: STATELY }],
]);

/** A page's `Content-Security-Policy`. It allows only the page's own files and the origin that it embeds. */
export function contentPolicy({ embeds }: Page): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    `frame-src ${embeds ?? "'none'"}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** A page's HTML skeleton, which its script fills. */
export function htmlOf({ title, script }: Page, program: string, token: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${program} · ${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css?token=${token}">
</head>
<body data-token="${token}">
<noscript>This page needs JavaScript.</noscript>
<script type="module" src="/${script}?token=${token}"></script>
</body>
</html>
`;
}
