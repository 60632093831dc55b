import { Converter } from 'typedoc';

/** A typedoc plugin: a page is called by its first heading, where typedoc would call all of them "README". */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const [first] = document.content;
    const heading = /^# (.+)\n/.exec(first?.text ?? '');
    if (heading !== null) document.name = heading[1];
  });
}
