/** The page's only style sheet. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fafaf9; --card: #fff; --ink: #1c1917; --soft: #57534e; --line: #d6d3d1;
  --usual: #c2410c; --tickwise: #0f766e; --together: #f59e0b; --against: #60a5fa; --floor: #2563eb; --good: #166534; --bad: #b91c1c }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181c; --card: #1f2228; --ink: #e7e5e4; --soft: #a8a29e; --line: #44484f;
    --usual: #fb923c; --tickwise: #2dd4bf; --together: #92400e; --against: #1d4ed8; --floor: #93c5fd; --good: #4ade80; --bad: #f87171 }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1240px; padding: 24px 16px 48px; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 8px }
h2 { font-size: 22px; line-height: 1.25; margin: 40px 0 8px }
h3 { font-size: 18px; margin: 32px 0 8px }
p { margin: 4px 0; max-width: 76ch }
.soft, figure p { color: var(--soft) }
.verdict { font-size: 20px; font-weight: 600 }
.good { color: var(--good) } .bad { color: var(--bad) }
.key::before { content: ''; display: inline-block; width: 12px; height: 12px; margin: 0 6px 0 0; border-radius: 2px }
.usual::before { background: var(--usual) } .tickwise::before { background: var(--tickwise) }
.floor::before { background: var(--floor) }
.key { margin-right: 20px; white-space: nowrap }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 350px), 1fr)); gap: 16px; margin-top: 12px }
figure { margin: 0; padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; min-width: 0 }
figcaption { font-weight: 600; line-height: 1.3; margin-bottom: 8px }
figure p { font-size: 14px; line-height: 1.4; margin-top: 8px }
figure.wide { grid-column: 1 / -1 }
.chart svg { display: block; width: 100%; max-width: 460px; height: auto; font-size: 12px }
.chart text { white-space: pre }
.wide .chart { overflow-x: auto }
.wide .chart svg { width: auto; max-width: none }
.phone { display: none }
@media (max-width: 760px) { .desk { display: none } .phone { display: block } }
.scroll { overflow-x: auto }
table { border-collapse: collapse; margin: 8px 0; background: var(--card); font-variant-numeric: tabular-nums }
th, td { padding: 6px 14px; border: 1px solid var(--line); text-align: right; overflow-wrap: normal }
th:first-child, td:first-child { text-align: left }
thead th { font-weight: 600 } tbody th { font-weight: 400 }
@media (max-width: 480px) { th, td { padding: 5px 7px; font-size: 14px } h1 { font-size: 24px } figure { padding: 12px 9px } }
`;
