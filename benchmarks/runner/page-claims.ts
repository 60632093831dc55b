import { type Markup, markup } from '../../examples/trading-pipeline/report/page/markup.js';
import type { ClaimResult } from './claim.js';
import { inOrder, summaryOf } from './claims-report.js';

/** The claims as a section of the page; nothing when none was measured. */
export function claimsSection(results: readonly ClaimResult[]): Markup {
  if (results.length === 0) return markup``;
  return markup`<section>
    <h2>claims</h2>
    <p>${summaryOf(results)} What caching by time makes different is printed beside its savings; every other saving is of equal results, compared as its last column says.</p>
    <div class="scroll"><table class="prose">
      <thead>
        <tr><th>claim</th><th>measured</th><th>verdict</th><th>how</th></tr>
      </thead>
      <tbody>${inOrder(results).map(rowOf)}</tbody>
    </table></div>
  </section>`;
}

function rowOf({ claim, document, words, measured, verdict, how, reason }: ClaimResult): Markup {
  return markup`<tr>
    <td>${claim}<br><span class="soft">${document}: “${words}”</span></td>
    <td>${measured}</td>
    <td>${verdict}</td>
    <td>${how}${reason === undefined ? markup`` : markup`<br>${reason}`}</td>
  </tr>`;
}
