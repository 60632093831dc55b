/** The page's only style sheet. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fafaf9; --card: #fff; --ink: #1c1917; --soft: #57534e; --line: #e2dfdc;
  --price: #0f766e; --buy: #15803d; --sell: #b91c1c; --together: #f59e0b; --against: #60a5fa;
  --line-1: #0f766e; --line-2: #c2410c; --line-3: #6d28d9; --line-4: #be185d; --line-5: #1d4ed8; --line-6: #a16207 }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181c; --card: #1f2228; --ink: #e7e5e4; --soft: #a8a29e; --line: #34383f;
    --price: #2dd4bf; --buy: #4ade80; --sell: #f87171; --together: #92400e; --against: #1d4ed8;
    --line-1: #2dd4bf; --line-2: #fb923c; --line-3: #a78bfa; --line-4: #f472b6; --line-5: #60a5fa; --line-6: #facc15 }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1500px; padding: 20px 16px 32px; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif; overflow-wrap: anywhere }
header { display: grid; grid-template-columns: 1fr auto; gap: 2px 16px; align-items: baseline }
h1 { font-size: 24px; line-height: 1.2; margin: 0 }
h2 { font-size: 18px; line-height: 1.25; margin: 24px 0 0 }
h3 { font-size: 16px; margin: 0 }
p { margin: 2px 0 } .soft { color: var(--soft) } a { color: inherit }
#status { font-weight: 600 } #status::before { content: '●'; margin-right: 6px; color: var(--soft) }
#status[data-state='live']::before { color: var(--buy) } #status[data-state='lost']::before { color: var(--sell) }
#time { font-variant-numeric: tabular-nums }
#saved, #symbols, .pair { display: grid; gap: 12px; margin-top: 10px }
#saved { grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr)) }
#symbols { grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)) }
.pair { grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); align-items: start }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; min-width: 0 }
.big { font-size: 28px; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums }
.headline { display: flex; justify-content: space-between; gap: 12px; font-variant-numeric: tabular-nums }
.chart { height: 220px; margin-top: 8px } .low { height: 150px }
.chips { display: flex; flex-wrap: wrap; gap: 4px 14px; margin-top: 6px; font-size: 14px }
.buy { color: var(--buy) } .sell { color: var(--sell) }
.scroll { overflow-x: auto; margin-top: 8px }
/* The charts are tables inside: theirs are left alone. */
.heat { border-collapse: separate; border-spacing: 2px; font-size: 13px; font-variant-numeric: tabular-nums }
.heat th { font-weight: 400; color: var(--soft); text-align: left; padding: 2px 6px; white-space: nowrap }
.heat td { min-width: 46px; padding: 7px 4px; text-align: center; border-radius: 4px;
  background: color-mix(in srgb, var(--shade, var(--line)) var(--amount, 0%), var(--card)) }
/* Upright names leave room for more columns. */
.many thead th { writing-mode: vertical-rl; transform: rotate(180deg); padding: 6px 2px }
.many td { min-width: 38px; font-size: 12px }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: 14px; font-variant-numeric: tabular-nums }
.legend span::before { content: ''; display: inline-block; width: 14px; height: 3px; margin: 0 6px 4px 0;
  background: var(--of, var(--soft)) }
footer { margin-top: 28px; font-size: 13px }
@media (max-width: 560px) { header { grid-template-columns: 1fr } h1 { font-size: 20px } }
`;
