import { type Fragment, html } from './html.ts'

/** A whole page: its own styles and script, light or dark as the reader's system is. */
export const layout = (title: string, body: Fragment, script?: string): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="/favicon.ico">
<link rel="stylesheet" href="/reference/style.css">
${script === undefined ? '' : html`<script type="module" src="/reference/${script}"></script>`}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
${body}
</body>
</html>
`.text
