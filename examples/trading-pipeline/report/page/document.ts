import { createHash } from 'node:crypto';
import { Markup, markup } from './markup.js';
import { STYLE } from './style.js';

/** The one style sheet is let in by its hash; nothing else is: no script, no picture, no address. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

const STYLE_TAG = new Markup(`<style>${STYLE}</style>`);

/** A web page that needs nothing else. */
export function documentOf(title: string, body: Markup): string {
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${STYLE_TAG}
      </head>
      <body>
        ${body}
      </body>
    </html> `.text;
}
