import { posix } from 'node:path';
import { anchorsOf, type Page, withoutFences } from './pages.js';

/**
 * Links of the pages that lead nowhere: to a file that is not there, or that users do not get, or to a heading that
 * no page has. Links to the web are not followed.
 * @param isShipped Whether a path is part of the package, where the pages are read too.
 */
export function findBrokenLinks(pages: readonly Page[], isShipped: (path: string) => boolean): string[] {
  const anchors = new Map(pages.map(({ path, text }) => [path, anchorsOf(text)]));
  return pages.flatMap(({ path, text }) =>
    linksOf(text).flatMap((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), file));
      if (!isShipped(target)) return [`${path} links to ${link}, which is not in the package`];
      if (anchor === undefined || anchors.get(target)?.has(anchor) === true) return [];
      return [`${path} links to ${link}, but ${target} has no such heading`];
    }),
  );
}

function linksOf(text: string): string[] {
  const targets = [...withoutFences(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}
